import Domain
import TTRPC

/// The one error of the client: what a call, a connection or a local step failed with.
///
/// `exitStatus`, `summary` and `advice` are its only mappings to an exit code and to words.
public enum ClientError: Error, Hashable, Sendable {
    /// The service answered with a status other than OK.
    case remote(RemoteFailure)
    /// Nothing accepts connections at the address; `errno` says why.
    case unreachable(address: String, errno: Int32)
    /// The connection ended before the answer came. Whether the call took effect is not known.
    case connectionLost(address: String)
    /// The peer broke the protocol, or sent a message that cannot be read.
    case protocolViolation(String)
    /// The calling task was cancelled.
    case cancelled
    /// A step on this side failed: an argument, a file, a check.
    case local(LocalFault)
}

/// A status that the service answered with.
public struct RemoteFailure: Hashable, Sendable {
    /// The stable reason, when this client knows it.
    public var reason: Reason?
    /// The reason as it came; nil when the status carried no `ErrorInfo` of ours.
    public var rawReason: String?
    public var code: StatusCode
    /// One sentence for a person; untrusted text.
    public var message: String
    /// The dynamic parts of the message by name.
    public var metadata: [String: String]

    public init(rawReason: String?, code: StatusCode, message: String, metadata: [String: String] = [:]) {
        self.reason = rawReason.flatMap(Reason.init(rawValue:))
        self.rawReason = rawReason
        self.code = code
        self.message = message
        self.metadata = metadata
    }
}

/// A failure on this side of the socket.
public struct LocalFault: Hashable, Sendable {
    public var exit: ExitStatus
    /// What failed.
    public var message: String
    /// What to do next.
    public var advice: String
    /// The reason that the service gives for the same, where it has one.
    public var reason: Reason?

    public init(exit: ExitStatus, message: String, advice: String, reason: Reason? = nil) {
        self.exit = exit
        self.message = message
        self.advice = advice
        self.reason = reason
    }
}

extension ClientError {
    /// An argument that cannot be used.
    public static func usage(_ message: String, advice: String) -> ClientError {
        .local(LocalFault(exit: .usage, message: message, advice: advice))
    }

    /// The failure of a local step with its exit status.
    public static func fault(_ exit: ExitStatus, _ message: String, advice: String) -> ClientError {
        .local(LocalFault(exit: exit, message: message, advice: advice))
    }

    /// What this client finds out by itself and the service would refuse for `reason`.
    public static func fault(_ reason: Reason, _ message: String, advice: String) -> ClientError {
        .local(LocalFault(exit: reason.exit, message: message, advice: advice, reason: reason))
    }

    /// The same error, saying what was not found: the service answers alike for what is absent and what is hidden, and does not
    /// repeat what it was asked for.
    public func about(_ subject: String?) -> ClientError {
        guard let subject, case .remote(var failure) = self, failure.reason == .notFound else { return self }
        failure.message = "\(subject): \(failure.message)"
        return .remote(failure)
    }

    /// Whether another connection may bring what this one did not: the service is stopping, has stopped, or takes no more calls on
    /// a connection of this age. Whether the call took effect is not known.
    var isOfRestart: Bool {
        switch self {
        case .connectionLost: true
        case .remote(let failure): failure.reason == .draining
        default: false
        }
    }

    /// The stable reason word, where there is one.
    public var reasonWord: String? {
        switch self {
        case .remote(let failure): failure.rawReason
        case .unreachable: Reason.unreachable.rawValue
        case .cancelled: Reason.cancelled.rawValue
        case .local(let fault): fault.reason?.rawValue
        case .connectionLost, .protocolViolation: nil
        }
    }
}
