import Domain

extension AuditChain {
    static func hash(of event: AuditEvent) -> Digest256 { Digest256(hashing: bytes(of: event)) }

    static func event(
        _ entry: AuditEntry, actor: Actor, method: String, at time: UnixMillis, after seq: Int64, _ hash: Digest256
    ) -> AuditEvent {
        event(entry, actor: actor, method: method, at: time, after: seq, hash, hashing: { Digest256(hashing: $0) })
    }
}

extension AuditChainVerifier {
    init() { self.init(hashing: { Digest256(hashing: $0) }) }
}
