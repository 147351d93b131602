public import Domain
import Glibc
public import TTRPC

/// The one error of the client: what a call, a connection or a local step failed with.
///
/// `summary` is its only mapping to words.
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
    /// Which step failed.
    public enum Kind: Hashable, Sendable {
        /// An argument cannot be used.
        case usage
        /// What was to be read is not there, or may not be opened.
        case noInput
        /// What was to be written cannot be made there.
        case cannotCreate
        /// Reading or writing failed.
        case io
        /// The bytes are not what they have to be.
        case badData
        /// The service would refuse it for this reason.
        case refusal(Reason)
    }

    public var kind: Kind
    /// What failed.
    public var message: String
    /// What to do next.
    public var advice: String

    public init(_ kind: Kind, message: String, advice: String) {
        self.kind = kind
        self.message = message
        self.advice = advice
    }
}

extension ClientError {
    /// An argument that cannot be used.
    public static func usage(_ message: String, advice: String) -> ClientError {
        .local(LocalFault(.usage, message: message, advice: advice))
    }

    /// The failure of a local step.
    public static func fault(_ kind: LocalFault.Kind, _ message: String, advice: String) -> ClientError {
        .local(LocalFault(kind, message: message, advice: advice))
    }

    /// What this client finds out by itself and the service would refuse for `reason`.
    public static func fault(_ reason: Reason, _ message: String, advice: String) -> ClientError {
        .local(LocalFault(.refusal(reason), message: message, advice: advice))
    }

    /// Whether another connection may bring what this one did not: the service is stopping, has stopped, or takes no
    /// more calls on a connection of this age. Whether the call took effect is not known.
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
        case .local(let fault): if case .refusal(let reason) = fault.kind { reason.rawValue } else { nil }
        case .connectionLost, .protocolViolation: nil
        }
    }
}

extension ClientError {
    /// What failed, in one line. May hold text of the service: print it with control characters escaped.
    public var summary: String {
        switch self {
        case .remote(let failure): failure.message.isEmpty ? "\(failure.code)" : failure.message
        case .unreachable(let address, let errno):
            "cannot reach the service at \(address): \(Self.words(errno: errno))"
        case .connectionLost(let address): "the service at \(address) closed the connection before it answered"
        case .protocolViolation(let why): "the answer cannot be understood: \(why)"
        case .cancelled: "interrupted"
        case .local(let fault): fault.message
        }
    }

    /// The C library's words for an error number.
    public static func words(errno number: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
        return buffer.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
