public import Bytes

// What an event's hash covers, version 1 (rules of `CanonicalEncoding`):
//
//  size   content
//     4   ASCII "RPAU"
//     1   version, 1
//    32   hash of the event before, 32 zero bytes for the first
//     8   seq, from 1
//     8   at, milliseconds
//   1+4   actor uid, optional
//   1+-   on behalf of, optional text
//     -   method, text
//     -   action, text
//     1   outcome
//   1+-   reason, optional text
//  1+16   workspace id, optional
//  1+16   tenant id, optional
//  1+16   pack id, optional
//     8   count
//     -   details, text
//
// 1. Events are numbered from 1 without gaps; each names the hash of the one before, and the head row names the newest.
// 2. So a changed event does not match its hash, a removed one leaves a gap, a moved one does not continue its
//    neighbour, and events cut off at the end are missed by the head.
// 3. Whoever can write the database can rewrite the whole chain; against that, note the head's hash elsewhere from time
//    to time.

/// The hash chain over audit events, as pure functions; SHA-256 comes in with `hashing`.
public enum AuditChain {
    public typealias Hashing = @Sendable ([UInt8]) -> Digest256

    public static let genesis = Digest256.zero

    /// The bytes that an event's hash covers.
    public static func bytes(of event: AuditEvent) -> [UInt8] {
        var encoding = CanonicalEncoding(tag: "RPAU", version: 1)
        encoding.append(event.previousHash)
        encoding.append(event.seq)
        encoding.append(event.at)
        encoding.append(event.actor.uid) { $0.append($1) }
        encoding.append(event.actor.onBehalfOf) { $0.append($1.text) }
        encoding.append(event.method)
        encoding.append(event.action)
        encoding.append(event.outcome.rawValue)
        encoding.append(event.reason) { $0.append($1) }
        encoding.append(event.workspaceID) { $0.append($1) }
        encoding.append(event.tenantID) { $0.append($1) }
        encoding.append(event.packID) { $0.append($1) }
        encoding.append(event.count)
        encoding.append(event.details)
        return encoding.bytes
    }

    /// The event that continues a chain whose newest event is `seq` with `hash`.
    public static func event(
        _ entry: AuditEntry, actor: Actor, method: String, at time: UnixMillis, after seq: Int64, _ hash: Digest256,
        hashing: Hashing
    ) -> AuditEvent {
        var event = AuditEvent(
            // Wrapping: a number that somebody wrote into the head must not end the process.
            seq: seq &+ 1, at: time, actor: actor, method: method, action: entry.action.rawValue,
            outcome: entry.outcome, reason: entry.reason, workspaceID: entry.workspaceID, tenantID: entry.tenantID,
            packID: entry.packID, count: entry.count, details: JSONObjectText.render(entry.details),
            previousHash: hash, hash: genesis)
        event.hash = hashing(bytes(of: event))
        return event
    }
}

/// Checks a chain event by event, in the order of the numbers; memory does not grow with the chain.
public struct AuditChainVerifier: Sendable {
    public static let maximumFaults = 100

    public private(set) var events: Int64 = 0
    public private(set) var faults: [AuditVerification.Fault] = []
    private var lastSeq: Int64 = 0
    private var lastHash = AuditChain.genesis
    private let hashing: AuditChain.Hashing

    public init(hashing: @escaping AuditChain.Hashing) { self.hashing = hashing }

    /// - Parameter isWhole: whether every value of the stored row could be read as what it stands for; one that could
    ///   not reads like one that is absent, and would hash like it.
    public mutating func check(_ event: AuditEvent, isWhole: Bool = true) {
        events += 1
        // Wrapping: numbers are whatever somebody wrote into the file.
        if event.seq != lastSeq &+ 1 {
            note(.removed, lastSeq &+ 1)
        } else if event.previousHash != lastHash {
            note(.reordered, event.seq)
        }
        if !isWhole || hashing(AuditChain.bytes(of: event)) != event.hash { note(.changed, event.seq) }
        lastSeq = event.seq
        lastHash = event.hash
    }

    /// Ends the check with what the head row says; nil when the row is missing.
    public mutating func finish(head: (seq: Int64, hash: Digest256)?) -> AuditVerification {
        if let head {
            if head.seq > lastSeq {
                note(.truncated, lastSeq &+ 1)
            } else if head.seq < lastSeq || head.hash != lastHash {
                note(.headChanged, lastSeq)
            }
        } else {
            note(.headChanged, lastSeq)
        }
        return AuditVerification(events: events, faults: faults, headHash: lastHash)
    }

    private mutating func note(_ problem: AuditVerification.Problem, _ seq: Int64) {
        if faults.count < AuditChainVerifier.maximumFaults { faults.append(.init(problem, seq: seq)) }
    }
}
