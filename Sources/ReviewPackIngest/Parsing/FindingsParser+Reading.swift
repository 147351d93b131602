import JSONTokens
import ReviewPackModel

// From tokens to records: the grammar of both formats over the states `layout`, `contexts` and `slot`.

extension FindingsParser {
    mutating func run(_ consume: (borrowing FindingRecord) throws -> Void) throws {
        while true {
            let token: JSONToken
            do throws(JSONError) { token = try nextToken() } catch { throw complaint(error) }
            switch token {
            case .end: return
            case .needsInput: return try checkSize()
            default: break
            }
            do throws(IngestError) {
                if contexts.isEmpty {
                    try beginRecord(token)
                } else if try readMember(token) {
                    try completeRecord()
                } else {
                    continue
                }
            } catch {
                try reject(error)
                continue
            }
            if contexts.isEmpty, token == .endObject, skipTarget == nil { try consume(record) }
        }
    }

    /// The next token that is not passed over.
    private mutating func nextToken() throws(JSONError) -> JSONToken {
        if let target = skipTarget {
            guard try tokenizer.skip(toDepth: target) else { return .needsInput }
            skipTarget = nil
        }
        return try tokenizer.next()
    }

    /// Counts a record that cannot be used and passes over the rest of it, or ends the import.
    private mutating func reject(_ error: IngestError) throws(IngestError) {
        guard options.skipsBadRecords, !error.reason.endsImport else { throw error }
        recordsRejected += 1
        if rejections.count < FindingsParser.rejectionLimit { rejections.append(error) }
        contexts.removeAll(keepingCapacity: true)
        let outside = layout == .array ? 1 : 0
        skipTarget = tokenizer.depth > outside ? outside : nil
    }

    /// A record that is still being read may not be larger than allowed already.
    private mutating func checkSize() throws(IngestError) {
        guard !contexts.isEmpty, tokenizer.consumedBytes - record.position.byteOffset > options.maximumRecordBytes
        else {
            return
        }
        try reject(tooLarge())
    }

    private func tooLarge() -> IngestError {
        IngestError(.recordTooLarge, "is larger than \(options.maximumRecordBytes) bytes", at: record.position)
    }

    /// A token between records.
    private mutating func beginRecord(_ token: JSONToken) throws(IngestError) {
        let here = RecordPosition(
            ordinal: recordsRead + 1, line: tokenizer.position.line, byteOffset: tokenizer.position.byteOffset)
        switch (layout, token) {
        case (.undecided, .beginArray):
            layout = .array
            return
        case (.array, .endArray):
            layout = .closedArray
            return
        case (.closedArray, _): throw IngestError(.syntax, "something follows the end of the array", at: here)
        case (.undecided, _): layout = .sequence
        case (.array, _), (.sequence, _): break
        }
        recordsRead += 1
        record.reset()
        record.position = here
        guard token == .beginObject else { throw IngestError(.notAnObject, "a finding must be an object", at: here) }
        draft = RecordDraft()
        contexts.append(.root)
    }

    /// A token inside a record; true when it ends it.
    private mutating func readMember(_ token: JSONToken) throws(IngestError) -> Bool {
        let context = contexts[contexts.count - 1]
        switch token {
        case .key:
            slot = meaning(of: tokenizer.text, in: context)
        case .endObject, .endArray:
            contexts.removeLast()
            return contexts.isEmpty
        case .beginObject where context == .resources && !draft.hasResource:
            draft.hasResource = true
            contexts.append(.resource)
        case .beginObject, .beginArray:
            try openContainer(token, context.isArray ? .skip : slot)
        default:
            if context == .references {
                if token == .string { try append(.references) }
            } else if context != .resources {
                try readScalar(token, slot)
            }
        }
        return false
    }

    private mutating func meaning(of key: UnsafeRawBufferPointer, in context: RecordContext) -> RecordSlot {
        switch format {
        case .native: return FindingKeys.native(key)
        case .ocsf: return FindingKeys.ocsf(key, in: context)
        case nil where context != .root: return FindingKeys.ocsf(key, in: context)
        case nil:
            let (slot, decided) = FindingKeys.undecided(key)
            format = decided
            return slot
        }
    }

    private mutating func openContainer(_ token: JSONToken, _ slot: RecordSlot) throws(IngestError) {
        switch slot {
        case .open(let context) where context.isArray == (token == .beginArray): contexts.append(context)
        case .remediation where token == .beginObject: contexts.append(.remediation)
        case .open(let context) where context.isRequired: throw wrongType(slot)
        case .skip, .open: skipTarget = tokenizer.depth - 1
        default: throw wrongType(slot)
        }
    }

    private mutating func readScalar(_ token: JSONToken, _ slot: RecordSlot) throws(IngestError) {
        guard token != .null else { return }
        switch slot {
        case .skip: break
        case .text(let field):
            guard token == .string else { throw wrongType(slot) }
            guard tokenizer.text.count <= field.maximumBytes else { throw tooLong(slot, field.maximumBytes) }
            record.set(field, tokenizer.text)
        case .scratch(let field):
            guard token == .string else { throw wrongType(slot) }
            guard tokenizer.text.count <= field.maximumBytes else { throw tooLong(slot, field.maximumBytes) }
            record.set(field, tokenizer.text)
        case .remediation:
            guard token == .string else { throw wrongType(slot) }
            try readScalar(token, .text(.remediation))
        case .open(let context): if context.isRequired { throw wrongType(slot) }
        case .number(let field):
            guard token == .number else { throw wrongType(slot) }
            guard let value = JSONNumber.int64(tokenizer.text) else {
                throw IngestError(.badValue, "is not a whole number", at: here, field: slot.path(in: format))
            }
            draft.set(field, value)
        case .time(let field):
            guard token == .string || token == .number else { throw wrongType(slot) }
            if token == .string, tokenizer.text.isEmpty { return }
            let time = token == .string ? TimeReader.text(tokenizer.text) : TimeReader.number(tokenizer.text)
            guard let time else {
                throw IngestError(
                    .badTime, "\(IngestError.quoted(tokenizer.text)) is no time between 1970 and 9999", at: here,
                    field: slot.path(in: format))
            }
            draft.set(field, time)
        }
    }

    private mutating func append(_ field: ScratchField) throws(IngestError) {
        guard record.text(field).count + 1 + tokenizer.text.count <= field.maximumBytes else {
            throw tooLong(.scratch(field), field.maximumBytes)
        }
        record.append(field, tokenizer.text, separator: "\n")
    }

    private mutating func completeRecord() throws(IngestError) {
        guard tokenizer.consumedBytes - record.position.byteOffset <= options.maximumRecordBytes else {
            throw tooLarge()
        }
        switch format {
        case .native: try record.completeNative(draft)
        case .ocsf: try record.completeOCSF(draft, &warnings)
        case nil:
            throw IngestError(
                .unknownFormat, "the first object is neither an OCSF finding nor a native one", at: record.position)
        }
        try checkTenant(record.text(.tenantID), FindingField.tenantID.path(in: format))
        try checkTenant(record.text(.organisation), ScratchField.organisation.path)
        if record.isEmpty(.tenantID) { record.set(.tenantID, record.text(.organisation)) }
        try checkRun()
        try tally.add(record)
    }

    /// Refuses a record that names another tenant's GUID. What is no GUID (an AWS organisation's ARN, a placeholder) names no
    /// tenant, and is only remarked.
    private mutating func checkTenant(_ named: UnsafeRawBufferPointer, _ path: String) throws(IngestError) {
        guard let expectedTenant, !named.isEmpty else { return }
        guard GUIDShape.matches(named) else {
            warnings.note(.tenantNoGUID, at: record.position, "\(path): \(IngestError.quoted(named)) is no tenant's GUID")
            return
        }
        var isSame = named.count == expectedTenant.count
        for index in 0..<named.count where isSame { isSame = ASCII.lowercased(named[index]) == expectedTenant[index] }
        guard isSame else {
            throw IngestError(
                .tenantMismatch, "the record belongs to tenant \(IngestError.quoted(named)), not to this one",
                at: record.position, field: path)
        }
    }

    private mutating func checkRun() throws(IngestError) {
        let named = record.text(.runID)
        guard !named.isEmpty, !named.elementsEqual(runID) else { return }
        guard runID.isEmpty else {
            throw IngestError(
                .mixedRuns, "the record is of another run than those before it; import one run at a time",
                at: record.position, field: FindingField.runID.path(in: format))
        }
        runID = Array(named)
    }

    private var here: RecordPosition {
        RecordPosition(
            ordinal: recordsRead, line: tokenizer.position.line, byteOffset: tokenizer.position.byteOffset)
    }

    private func wrongType(_ slot: RecordSlot) -> IngestError {
        IngestError(.wrongType, "has the wrong type", at: here, field: slot.path(in: format))
    }

    private func tooLong(_ slot: RecordSlot, _ limit: Int) -> IngestError {
        IngestError(.fieldTooLong, "is longer than \(limit) bytes", at: here, field: slot.path(in: format))
    }
}
