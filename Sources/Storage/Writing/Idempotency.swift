import Bytes
import Domain
import GRDB

/// Retry keys: what an earlier request with the same id did, kept in the transaction of that effect.
///
/// The key is the caller (with the subject for whom it speaks), the method and the request's id. A reference is a short
/// text that the writer of the effect understands: usually the id of the row that it made.
extension WriteTransaction {
    /// The reference of the earlier effect of this very request; nil when it is new or carries no id.
    ///
    /// Throws REQUEST_ID_REUSED when the id belongs to another request.
    func earlierEffect(of stamp: ActionStamp, digest: Digest256? = nil) throws -> String? {
        guard let requestID = stamp.requestID else { return nil }
        let row = try Row.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT request_digest, reference FROM idempotency
                    WHERE caller = ? AND method = ? AND request_id = ? AND expires_at > ?
                    """),
            arguments: [stamp.callerKey, stamp.method, requestID, now])
        guard let row = row?.of("idempotency") else { return nil }
        guard try row.value("request_digest") as Digest256 == (digest ?? stamp.requestDigest ?? .zero) else {
            throw ProductError(
                .requestIDReused, "request_id was used for another request; send a new one for a new request",
                metadata: ["field": "request_id"])
        }
        return try row.value("reference")
    }

    /// Remembers the effect of this request under its id, if it carries one.
    func remember(_ reference: String, of stamp: ActionStamp, digest: Digest256? = nil) throws {
        guard let requestID = stamp.requestID else { return }
        try execute("DELETE FROM idempotency WHERE expires_at <= ?", [now])
        try execute(
            """
            INSERT INTO idempotency (caller, method, request_id, request_digest, reference, expires_at)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                stamp.callerKey, stamp.method, requestID, digest ?? stamp.requestDigest ?? .zero, reference,
                now.advanced(byMinutes: limits.idempotencyHours * 60),
            ])
    }
}

extension ActionStamp {
    /// The caller as part of a retry key; no uid text holds a space, so no subject can imitate another caller.
    var callerKey: String { actor.initiator + (actor.onBehalfOf.map { " " + $0.text } ?? "") }
}
