import Domain
import TTRPC

extension ClientError {
    /// The exit code of a program that ends with this error.
    ///
    /// A reason decides; a status without one of our reasons (another server, a newer service) is judged by its code.
    public var exitStatus: ExitStatus {
        switch self {
        case .remote(let failure): failure.reason?.exit ?? failure.code.exitWithoutReason
        case .unreachable, .connectionLost: .unavailable
        case .protocolViolation: .software
        case .cancelled: .interrupted
        case .local(let fault): fault.exit
        }
    }
}

extension StatusCode {
    /// The exit code of a status whose reason is unknown: contract section 3, by code.
    var exitWithoutReason: ExitStatus {
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
