import Domain

/// What becomes of several records of one run that share a fingerprint; pure rules for a store that has sorted them.
///
/// Call `merge` for the second and every further record of a group, in the order of their ordinals. The group's first
/// record is kept as it is; a group of one needs no call.
public enum DuplicateMerger {
    /// How long joined names, and joined details, may grow, in bytes.
    public static let joinedLimit = 65_536

    /// Up to how many records of one fingerprint are looked at for joining, so that hostile input costs no quadratic
    /// time.
    static let joinedRecords: Int64 = 10_000

    /// Adds a record to the one kept for its fingerprint.
    ///
    /// The worst result stays (`FindingResult.badness`) with the texts of the first record that had it; `occurrences`
    /// counts all. Where several records fail alike, their names and details are joined by lines, each distinct line
    /// block once, while they fit into `joinedLimit`; what does not fit is left out, and the count tells.
    ///
    /// - Throws: `IngestError` with `duplicateUID` for native records: there the uid is the caller's identity of one
    ///   finding, and two statements about it in one import contradict each other.
    public static func merge(_ next: borrowing FindingRecord, into kept: inout FindingRecord) throws(IngestError) {
        if next.format == .native {
            throw IngestError(
                .duplicateUID, "uid \(IngestError.quoted(next.text(.uid))) is also in record \(kept.position.ordinal)",
                at: next.position, field: "uid")
        }
        let (sum, overflow) = kept.occurrences.addingReportingOverflow(next.occurrences)
        let occurrences = overflow ? Int64.max : sum
        if next.result.badness > kept.result.badness {
            kept.copy(next)
        } else if next.result == kept.result, kept.result.isFailing, kept.occurrences < joinedRecords {
            join(.resourceName, next, &kept)
            join(.detail, next, &kept)
            kept.severity = max(kept.severity, next.severity)
        }
        kept.lastSeenAt = max(kept.lastSeenAt, next.lastSeenAt)
        kept.occurrences = occurrences
    }

    private static func join(_ field: FindingField, _ next: borrowing FindingRecord, _ kept: inout FindingRecord) {
        let addition = next.text(field)
        guard addition.count > 0, kept.text(field).count + 1 + addition.count <= joinedLimit,
            !LineSet.holds(kept.text(field), addition)
        else { return }
        kept.append(field, addition)
    }
}

extension FindingResult {
    /// Whether the check failed on the resource, be it hidden by a mute list.
    var isFailing: Bool { self == .fail || self == .warning || self == .muted }
}
