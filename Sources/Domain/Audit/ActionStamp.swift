public import Bytes

/// Who asked for a change, through which method and with which retry key; accompanies every mutation into its
/// transaction.
public struct ActionStamp: Sendable, Hashable {
    /// The caller that the kernel names, and the subject for whom a delegate speaks.
    public var actor: Actor
    /// The full method name, `reviewpack.v1.ReviewPackService/Generate`; `system` for the daemon's own doing.
    public var method: String
    /// The caller's key for a safe retry.
    public var requestID: RequestID?
    /// SHA-256 of the request without its `request_id`; needed when there is a `requestID`.
    public var requestDigest: Digest256?

    public init(actor: Actor, method: String, requestID: RequestID? = nil, requestDigest: Digest256? = nil) {
        self.actor = actor
        self.method = method
        self.requestID = requestID
        self.requestDigest = requestDigest
    }

    /// The daemon acting by itself: start-up recovery, timeouts, hourly alert evaluation.
    public static let system = ActionStamp(actor: .system, method: "system")
}
