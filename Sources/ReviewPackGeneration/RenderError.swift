import Glibc
import ReviewPackModel
import ZipArchive

/// Why rendering ended without a pack.
public enum RenderError: Error, Equatable {
    /// The reason goes into the operation run. The detail is for the journal alone: it may hold error numbers, positions and what
    /// the evidence said of its own failure, but never a text of the tenant's data.
    case failure(FailureReason, detail: String)

    public var reason: FailureReason {
        switch self {
        case .failure(let reason, _): reason
        }
    }
}

extension RenderError {
    /// The one place where what went wrong below becomes a reason.
    init(_ error: any Error, _ control: RenderControl) {
        switch error {
        case let error as RenderError: self = error
        case let error as ZipError: self = .failure(Self.reason(of: error), detail: error.description)
        // The archive was written a moment ago: storage that gives other bytes back has failed.
        case let error as ZipReadError: self = .failure(.ioError, detail: error.description)
        case let error as EvidenceFailure:
            self = .failure(control.cancellationReason ?? error.reason, detail: error.detail)
        default:
            // What the evidence throws when somebody interrupted its transaction follows from the cancellation.
            self = .failure(control.cancellationReason ?? .internalError, detail: String(describing: error))
        }
    }

    private static func reason(of error: ZipError) -> FailureReason {
        if error.isStorageFull { return .storageFull }
        switch error {
        // A limit on the size of files (RLIMIT_FSIZE, or the file system's own) is no room either.
        case .io(_, EFBIG): return .storageFull
        case .io: return .ioError
        default: return .internalError
        }
    }
}
