import Domain
import ExitCodes
import ReviewPackClient
import TTRPC

extension ClientError {
    /// The exit code of a program that ends with this error.
    ///
    /// A reason decides; a status without one of our reasons (another server, a newer service) is judged by its code.
    var exitStatus: ExitStatus {
        switch self {
        case .remote(let failure): failure.reason?.exit ?? failure.code.exitWithoutReason
        case .unreachable, .connectionLost: .unavailable
        case .protocolViolation: .software
        case .cancelled: .interrupted
        case .local(let fault): fault.kind.exit
        }
    }
}

extension LocalFault.Kind {
    fileprivate var exit: ExitStatus {
        switch self {
        case .usage: .usage
        case .noInput: .noInput
        case .cannotCreate: .cannotCreate
        case .io: .io
        case .badData: .badData
        case .refusal(let reason): reason.exit
        }
    }
}

extension StatusCode {
    /// The exit code of a status whose reason is unknown.
    fileprivate var exitWithoutReason: ExitStatus {
        switch self {
        case .ok: .ok
        case .notFound: .notFound
        case .permissionDenied, .unauthenticated: .noPermission
        case .aborted, .resourceExhausted, .deadlineExceeded: .temporary
        case .failedPrecondition, .alreadyExists: .failure
        case .invalidArgument, .outOfRange: .usage
        case .dataLoss: .badData
        case .unavailable: .unavailable
        case .cancelled: .interrupted
        case .unimplemented, .internal, .unknown: .software
        }
    }
}
