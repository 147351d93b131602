import Domain

// From what was read of an object to a finding: what must be there, what its words mean, and how texts are put
// together.

extension FindingRecord {
    /// Judges the texts and values of a native object.
    mutating func completeNative(
        _ draft: RecordDraft, _ clock: TimeGuard, _ warnings: inout IngestWarnings
    ) throws(IngestError) {
        format = .native
        if draft.looksLikeOCSF, isEmpty(.uid) {
            throw IngestError(
                .unknownFormat, "this looks like an OCSF finding, not like one of the native format", at: position)
        }
        try require(.uid)
        try require(.checkID)
        try require(.title)
        guard let severity = Severity(scannerWord: text(.severityWord)) else {
            throw badWord(.severityWord, "is none of unknown, informational, low, medium, high, critical")
        }
        self.severity = severity
        switch StatusWord(text(.statusWord)) {
        case .open: statedStatus = .open
        case .acknowledged: statedStatus = .acknowledged
        case .resolved: statedStatus = .resolved
        default: throw badWord(.statusWord, "is none of open, acknowledged, resolved")
        }
        guard let first = draft.firstSeen else { throw missing("first_seen_at") }
        guard let last = draft.lastSeen else { throw missing("last_seen_at") }
        guard first.time.instant <= last.time.instant else {
            throw IngestError(.badTime, "is later than last_seen_at", at: position, field: "first_seen_at")
        }
        lastSeenAt = try settle(last, "last_seen_at", clock, &warnings)
        firstSeenAt = min(lastSeenAt, try settle(first, "first_seen_at", clock, &warnings))
        if isEmpty(.source) { set(.source, "native") }
        try finishIdentity()
    }

    /// Judges the texts and values of an OCSF object.
    mutating func completeOCSF(
        _ draft: RecordDraft, _ clock: TimeGuard, _ warnings: inout IngestWarnings
    ) throws(IngestError) {
        format = .ocsf
        let classUID = draft.classUID ?? draft.typeUID.map { $0 / 100 }
        guard let classUID else { throw missing("class_uid") }
        guard classUID == 2004 || classUID == 2003 else {
            throw IngestError(
                .unsupportedClass, "\(classUID) is not 2004 (Detection Finding) or 2003 (Compliance Finding)",
                at: position, field: "class_uid")
        }
        try checkSchema(&warnings)
        if isEmpty(.source) { set(.source, text(.vendor)) }
        if isEmpty(.checkID) { set(.checkID, text(text(.analytic).isEmpty ? .control : .analytic)) }
        try require(.source)
        try require(.checkID)
        decideSeverity(draft, &warnings)
        try decideResult(draft, isCompliance: classUID == 2003, &warnings)
        decideStatus(draft, &warnings)
        lastSeenAt = try settleTime(draft, clock, &warnings)
        firstSeenAt = lastSeenAt
        if ASCII.equals(text(.resourceType), "NotDefined"), !text(.groupName).isEmpty {
            set(.resourceType, text(.groupName))
        }
        if isEmpty(.resourceID) { warnings.note(.resourceMissing, at: position, "no resource uid") }
        composeTexts()
        try finishIdentity()
    }

    private func checkSchema(_ warnings: inout IngestWarnings) throws(IngestError) {
        let version = text(.schemaVersion)
        let isDotted = version.count >= 3 && version[1] == UInt8(ascii: ".") && ASCII.isDigit(version[0])
        if version.count > 0, !isDotted || version[0] != UInt8(ascii: "1") {
            throw IngestError(
                .unsupportedSchema, "OCSF schema \(IngestError.quoted(version)) is not 1.x", at: position,
                field: ScratchField.schemaVersion.path)
        }
        let isKnown =
            isDotted && (UInt8(ascii: "1")...UInt8(ascii: "5")).contains(version[2])
            && (version.count == 3 || version[3] == UInt8(ascii: "."))
        if !isKnown { warnings.note(.schemaUnusual, at: position, "schema \(IngestError.quoted(version))") }
    }

    /// The text wins over the id; where they disagree the import is told.
    private mutating func decideSeverity(_ draft: RecordDraft, _ warnings: inout IngestWarnings) {
        let word = text(.severityWord)
        let byID = draft.severityID.flatMap { Severity(ocsf: $0) }
        guard let byText = Severity(scannerWord: word) else {
            severity = byID ?? .unknown
            if word.count > 0 || byID == nil {
                warnings.note(.severityUnknown, at: position, "severity \(IngestError.quoted(word))")
            }
            return
        }
        severity = byText
        if let byID, byID != byText {
            warnings.note(.severityDisagrees, at: position, "\(byText.word), but severity_id \(draft.severityID ?? 0)")
        }
    }

    /// The first of the record's times that it has decides.
    private func settleTime(
        _ draft: RecordDraft, _ clock: TimeGuard, _ warnings: inout IngestWarnings
    ) throws(IngestError) -> UnixMillis {
        if let time = draft.time { return try settle(time, "time", clock, &warnings) }
        if let time = draft.timeText { return try settle(time, "time_dt", clock, &warnings) }
        guard let time = draft.created else { throw missing("time") }
        return try settle(time, "finding_info.created_time", clock, &warnings)
    }

    private func settle(
        _ dated: RecordDraft.Dated, _ field: String, _ clock: TimeGuard, _ warnings: inout IngestWarnings
    ) throws(IngestError) -> UnixMillis {
        try clock.settle(dated.time, field: field, at: dated.position, &warnings)
    }

    /// The status code decides, then `compliance.status`, then its number. Without any of them a Detection Finding is
    /// an alert, and open; a Compliance Finding is a check that reached no verdict.
    private mutating func decideResult(
        _ draft: RecordDraft, isCompliance: Bool, _ warnings: inout IngestWarnings
    ) throws(IngestError) {
        let words = (
            code: FindingResult(scannerWord: text(.resultWord)),
            compliance: FindingResult(scannerWord: text(.complianceWord))
        )
        let byID = draft.complianceStatusID.flatMap { FindingResult(ocsfCompliance: $0) }
        result = words.code ?? words.compliance ?? byID ?? .none
        let isOddCode = words.code == nil && !FindingResult.isNoVerdict(text(.resultWord))
        if isOddCode, result == .none, !isCompliance {
            throw badWord(.resultWord, "is no result such as PASS, FAIL, MANUAL or MUTED")
        }
        if isOddCode { warnings.note(.resultUnknown, at: position, unread(.resultWord)) }
        if words.compliance == nil, !FindingResult.isNoVerdict(text(.complianceWord)) {
            warnings.note(.resultUnknown, at: position, unread(.complianceWord))
        }
        if let id = draft.complianceStatusID, byID == nil, id != 0, id != 99 {
            warnings.note(.resultUnknown, at: position, "compliance.status_id: \(id) is no status")
        }
        if result == .none, isCompliance { result = .skipped }
    }

    private mutating func decideStatus(_ draft: RecordDraft, _ warnings: inout IngestWarnings) {
        let byText = StatusWord(text(.statusWord))
        let byID = draft.statusID.flatMap { StatusWord(ocsf: $0) }
        if byText == nil { warnings.note(.statusUnknown, at: position, unread(.statusWord)) }
        if let id = draft.statusID, byID == nil {
            warnings.note(.statusUnknown, at: position, "status_id: \(id) is no status")
        }
        let status = draft.closes(text(.activityWord)) ? .resolved : byID ?? byText ?? .unknown
        if let byText, byText != .unknown, let byID, byText != byID, byText != .closed || byID != .resolved {
            warnings.note(.statusDisagrees, at: position, "status_id \(draft.statusID ?? 0) and its text")
        }
        switch status {
        case .suppressed: if result == .fail || result == .warning || result == .none { result = .muted }
        case .inProgress, .acknowledged: statedStatus = .acknowledged
        case .resolved, .closed, .archived, .deleted: statedStatus = .resolved
        case .open, .new, .unknown: break
        }
        if statedStatus != .resolved, result == .muted || statedStatus == .acknowledged {
            // "with its reason": the scanner's comment, else at least its word.
            if isEmpty(.statusReason) { set(.statusReason, text(status == .new ? .resultWord : .statusWord)) }
        } else {
            truncate(.statusReason, to: 0)
        }
    }

    private func unread(_ field: ScratchField) -> String {
        "\(field.path): \(IngestError.quoted(text(field))) is not known"
    }

    private mutating func composeTexts() {
        if isEmpty(.title) { set(.title, text(.checkID)) }
        if isEmpty(.detail) { set(.detail, text(.message)) }
        if !text(.risk).isEmpty { append(.description, text(.risk), separator: "\n\n") }
        set(.remediation, text(.remediationText))
        if !text(.references).isEmpty { append(.remediation, text(.references)) }
    }

    /// What both formats share: the check's version leaves its id, and names of tools and checks are printable.
    private mutating func finishIdentity() throws(IngestError) {
        let stable = CheckIdentity.stableLength(of: text(.checkID), source: text(.source))
        if stable < text(.checkID).count {
            set(.checkVersion, UnsafeRawBufferPointer(rebasing: text(.checkID)[stable...]))
            truncate(.checkID, to: stable)
        }
        for field in [FindingField.source, .checkID] where text(field).contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw IngestError(.badValue, "holds control characters", at: position, field: field.path(in: format))
        }
    }

    private func require(_ field: FindingField) throws(IngestError) {
        if isEmpty(field) { throw missing(field.path(in: format)) }
    }

    private func missing(_ path: String) -> IngestError {
        IngestError(.missingField, "is missing or empty", at: position, field: path)
    }

    private func badWord(_ field: ScratchField, _ complaint: String) -> IngestError {
        IngestError(.badValue, "\(IngestError.quoted(text(field))) \(complaint)", at: position, field: field.path)
    }
}
