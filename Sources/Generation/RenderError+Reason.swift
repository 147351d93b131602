import Domain
import Glibc
import ZipArchive

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
        // Evidence that could not be opened, with the store's own reason.
        case let error as ProductError:
            self = .failure(
                control.cancellationReason ?? FailureReason(error.reason), detail: String(describing: error))
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
