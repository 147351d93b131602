import Domain
import Evidence

/// Which of several stored findings that have become one is left, as a pure rule.
///
/// 1. Open and acknowledged ones win over resolved ones: a scanner that worded a type anew had the old finding
///    resolved, and nothing was.
/// 2. Among them the one that the newest run decided stays with its texts and severity; of one run the one with the
///    worse result.
/// 3. First seen is the earliest of all, last seen the latest of all.
/// 4. An acknowledgement that stands is kept, with its origin and its reason, also when the finding that stays is open;
///    of several, that of the newest run. One that had ended before does not come back: whether it was taken back or
///    lost cannot be told.
/// 5. The result is that of the newest run that gave one to those that won.
enum FindingMerge {
    /// Nil for no findings.
    static func merged(_ findings: [StoredFinding]) -> StoredFinding? {
        let present = findings.filter { $0.state.status.isInPacks }
        let winners = present.isEmpty ? findings : present
        guard var kept = winners.max(by: { rank($0) < rank($1) }) else { return nil }
        let acknowledged = winners.filter { $0.state.status == .acknowledged }.max { rank($0) < rank($1) }
        if let acknowledged {
            kept.state.status = .acknowledged
            kept.state.acknowledgement = acknowledged.state.acknowledgement
            kept.statusReason = acknowledged.statusReason
        }
        if let newest = winners.max(by: { result($0) < result($1) }) {
            kept.state.result = newest.state.result
            kept.state.resultAt = newest.state.resultAt
        }
        kept.state.firstSeenAt = findings.map(\.state.firstSeenAt).min() ?? kept.state.firstSeenAt
        kept.state.lastSeenAt = findings.map(\.state.lastSeenAt).max() ?? kept.state.lastSeenAt
        return kept
    }

    private static func rank(_ finding: StoredFinding) -> (UnixMillis, Int, UnixMillis, Int64) {
        (finding.state.decidedAt, finding.state.result.badness, finding.state.lastSeenAt, finding.id)
    }

    private static func result(_ finding: StoredFinding) -> (UnixMillis, Int, Int64) {
        (finding.state.resultAt, finding.state.result.badness, finding.id)
    }
}
