import Bytes
import Domain
import GRDB

extension WriteTransaction {
    /// Appends an event to the chain, in this transaction.
    func audit(_ entry: AuditEntry, by actor: Actor, method: String, at time: UnixMillis? = nil) throws {
        guard
            let head = try Row.fetchOne(
                database.cachedStatement(sql: "SELECT seq, hash FROM audit_head WHERE id = 1"))?.of("audit_head"),
            let headHash = try? head.value("hash") as Digest256, let newest = try? head.value("seq") as Int64
        else {
            throw ProductError(.auditBroken, "the audit log has lost its head; check it before anything is changed")
        }
        let event = AuditChain.event(
            entry, actor: actor, method: method, at: time ?? now, after: newest, headHash)
        try execute(
            """
            INSERT INTO audit_event (seq, at, actor_uid, on_behalf_of, method, action, outcome, reason, workspace,
                tenant,
                pack, count, details, prev_hash, hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                event.seq, event.at, event.actor.uid, event.actor.onBehalfOf, event.method, event.action, event.outcome,
                event.reason, event.workspaceID, event.tenantID, event.packID, event.count, event.details,
                event.previousHash, event.hash,
            ])
        assert(event.seq == newest &+ 1 && event.previousHash == headHash)
        try execute("UPDATE audit_head SET seq = ?, hash = ? WHERE id = 1", [event.seq, event.hash])
        assert(database.changesCount == 1)
    }

    func audit(_ entry: AuditEntry, _ stamp: ActionStamp) throws {
        try audit(entry, by: stamp.actor, method: stamp.method)
    }
}

extension AuditEvent {
    /// In SQL: that a row's values have the types and lengths that they are written with, and texts no NUL, at which
    /// reading ends.
    static let isWhole: String = {
        let texts = ["on_behalf_of", "method", "action", "reason", "details"].map {
            "(\($0) IS NULL OR typeof(\($0)) = 'text' AND instr(CAST(\($0) AS BLOB), x'00') = 0)"
        }
        let ids = ["workspace", "tenant", "pack"].map {
            "(\($0) IS NULL OR typeof(\($0)) = 'blob' AND length(\($0)) = 16)"
        }
        let numbers = ["seq", "at", "count"].map { "typeof(\($0)) = 'integer'" }
        let others = [
            "at BETWEEN \(UnixMillis.earliest.rawValue) AND \(UnixMillis.latest.rawValue)",
            "outcome IN \(AuditOutcome.allCases.sql)",
            "(actor_uid IS NULL OR typeof(actor_uid) = 'integer' AND actor_uid BETWEEN 0 AND 4294967295)",
        ]
        return "(" + (texts + ids + numbers + others).joined(separator: " AND ") + ")"
    }()

    /// What another program, or a damaged disk, put in place of a value and is none reads as absent, as failed, as
    /// zeros, as nothing: then the event does not match its hash, and whoever verifies the chain is told so.
    init(row: StoredRow) {
        self.init(
            seq: (try? row.value("seq")) ?? 0,
            at: (try? row.value("at") as Int64).map { UnixMillis($0) } ?? UnixMillis(0),
            actor: Actor(uid: try? row.value("actor_uid"), onBehalfOf: try? row.value("on_behalf_of")),
            method: (try? row.value("method")) ?? "", action: (try? row.value("action")) ?? "",
            outcome: (try? row.value("outcome")) ?? .failed, reason: try? row.value("reason"),
            workspaceID: try? row.value("workspace"), tenantID: try? row.value("tenant"),
            packID: try? row.value("pack"), count: (try? row.value("count")) ?? 0,
            details: (try? row.value("details")) ?? "", previousHash: (try? row.value("prev_hash")) ?? .zero,
            hash: (try? row.value("hash")) ?? .zero)
    }
}

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
