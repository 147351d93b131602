import Domain

/// What a status text or number of a record stands for, in either format.
enum StatusWord: UInt8 {
    case open, acknowledged, resolved
    case new, inProgress, suppressed, closed, archived, deleted, unknown

    /// Reads a word in any mixture of cases; nil for one that neither format has.
    init?(_ text: UnsafeRawBufferPointer) {
        func isWord(_ word: StaticString) -> Bool { ASCII.equalsIgnoringCase(text, word) }
        if isWord("new") || isWord("active") {
            self = .new
        } else if isWord("open") {
            self = .open
        } else if isWord("resolved") {
            self = .resolved
        } else if isWord("closed") {
            self = .closed
        } else if isWord("acknowledged") {
            self = .acknowledged
        } else if isWord("in progress") || isWord("in_progress") || isWord("inprogress") {
            self = .inProgress
        } else if isWord("suppressed") {
            self = .suppressed
        } else if isWord("archived") {
            self = .archived
        } else if isWord("deleted") {
            self = .deleted
        } else if isWord("unknown") || isWord("other") || text.isEmpty {
            self = .unknown
        } else {
            return nil
        }
    }

    /// OCSF's `status_id` of a finding.
    init?(ocsf id: Int64) {
        switch id {
        case 0, 99: self = .unknown
        case 1: self = .new
        case 2: self = .inProgress
        case 3: self = .suppressed
        case 4: self = .resolved
        case 5: self = .archived
        case 6: self = .deleted
        default: return nil
        }
    }
}

extension Severity {
    /// Reads a scanner's word in any mixture of cases; `fatal` is critical and `other` unknown. Nil for a word OCSF
    /// lacks.
    init?(scannerWord text: UnsafeRawBufferPointer) {
        func isWord(_ word: StaticString) -> Bool { ASCII.equalsIgnoringCase(text, word) }
        if isWord("medium") {
            self = .medium
        } else if isWord("high") {
            self = .high
        } else if isWord("low") {
            self = .low
        } else if isWord("critical") || isWord("fatal") {
            self = .critical
        } else if isWord("informational") || isWord("info") {
            self = .informational
        } else if isWord("unknown") || isWord("other") {
            self = .unknown
        } else {
            return nil
        }
    }

    /// OCSF's `severity_id`: 0 unknown to 5 critical, 6 fatal, 99 other.
    init?(ocsf id: Int64) {
        switch id {
        case 0, 99: self = .unknown
        case 1: self = .informational
        case 2: self = .low
        case 3: self = .medium
        case 4: self = .high
        case 5, 6: self = .critical
        default: return nil
        }
    }
}

extension FindingResult {
    private static let words: [(StaticString, FindingResult)] = [
        ("pass", .pass), ("fail", .fail), ("manual", .manual), ("passed", .pass), ("failed", .fail), ("muted", .muted),
        ("warning", .warning), ("warn", .warning), ("investigate", .warning), ("error", .error), ("skipped", .skipped),
        ("not applicable", .notApplicable), ("not_applicable", .notApplicable), ("notapplicable", .notApplicable),
        ("n/a", .notApplicable), ("not available", .notApplicable), ("not_available", .notApplicable),
        ("not evaluated", .skipped), ("not_evaluated", .skipped), ("not run", .skipped), ("notrun", .skipped),
        ("planned", .skipped), ("inconclusive", .skipped), ("insufficient_data", .skipped),
    ]

    /// Reads a scanner's result in any mixture of cases; nil for a word that is none.
    init?(scannerWord text: UnsafeRawBufferPointer) {
        for (word, result) in FindingResult.words where ASCII.equalsIgnoringCase(text, word) {
            self = result
            return
        }
        return nil
    }

    /// Whether a word in a result's place says that there is none, or nothing stands there.
    static func isNoVerdict(_ text: UnsafeRawBufferPointer) -> Bool {
        text.isEmpty || ASCII.equalsIgnoringCase(text, "unknown") || ASCII.equalsIgnoringCase(text, "other")
            || ASCII.equalsIgnoringCase(text, "none")
    }

    /// OCSF's `compliance.status_id`: 1 pass, 2 warning, 3 fail; 0 unknown and 99 other are no verdict.
    init?(ocsfCompliance id: Int64) {
        switch id {
        case 1: self = .pass
        case 2: self = .warning
        case 3: self = .fail
        default: return nil
        }
    }
}

/// Splits a scanner's check id into the id that stays and the version that moves.
enum CheckIdentity {
    /// The length of the lasting part of `checkID`; its whole length when this tool does not version its ids.
    ///
    /// ScubaGear appends `v` and a number to a policy id (`MS.AAD.3.1v2`); a new version of the policy is the same
    /// check. Prowler's ids are names that may end in anything, so they are used whole.
    static func stableLength(of checkID: UnsafeRawBufferPointer, source: UnsafeRawBufferPointer) -> Int {
        guard ASCII.equalsIgnoringCase(source, "scubagear") else { return checkID.count }
        var end = checkID.count
        while end > 0, ASCII.isDigit(checkID[end - 1]) { end -= 1 }
        guard end < checkID.count, end > 1, checkID[end - 1] == UInt8(ascii: "v"), ASCII.isDigit(checkID[end - 2])
        else {
            return checkID.count
        }
        return end - 1
    }
}
