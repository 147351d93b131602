import Domain
import JSONTokens

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
        further.removeAll()
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
            if context == .furtherResource { further.add(of: record) }
            return contexts.isEmpty
        case .beginObject where context == .resources: beginResource()
        case .beginObject, .beginArray:
            if context.isArray {
                // A list of texts has no place for more than texts.
                remark(context == .texts ? slot : .open(context))
                skipTarget = tokenizer.depth - 1
            } else {
                try openContainer(token, slot)
            }
        default:
            switch context {
            case .texts: try appendText(token, slot)
            case .references: try appendText(token, .scratch(.references))
            case .resources: try readResourceText(token)
            default: try readScalar(token, slot)
            }
        }
        return false
    }

    /// The first resource is the finding's; the others join it.
    private mutating func beginResource() {
        contexts.append(draft.hasResource ? .furtherResource : .resource)
        if draft.hasResource { clearFurtherResource() }
        draft.hasResource = true
    }

    private mutating func clearFurtherResource() {
        record.truncate(.furtherID)
        record.truncate(.furtherName)
    }

    /// An element of `resources`, or `resource` itself, that is a text: the resource's id.
    private mutating func readResourceText(_ token: JSONToken) throws(IngestError) {
        guard token != .null else { return }
        guard draft.hasResource else {
            draft.hasResource = true
            return try readScalar(token, .text(.resourceID))
        }
        clearFurtherResource()
        try readScalar(token, .scratch(.furtherID))
        further.add(of: record)
    }

    private mutating func meaning(of key: UnsafeRawBufferPointer, in context: RecordContext) -> RecordSlot {
        switch format {
        case .native:
            let slot = FindingKeys.native(key)
            if slot == .skip, context == .root, FindingKeys.either(key).format == .ocsf {
                draft.looksLikeOCSF = true
            }
            return slot
        case .ocsf: return FindingKeys.ocsf(key, in: context)
        case nil where context != .root: return FindingKeys.ocsf(key, in: context)
        case nil:
            let (slot, decided) = FindingKeys.either(key)
            format = decided
            return slot
        }
    }

    private mutating func openContainer(_ token: JSONToken, _ slot: RecordSlot) throws(IngestError) {
        switch slot {
        case .open(.resource), .open(.resources):
            if token == .beginArray { contexts.append(.resources) } else { beginResource() }
        case .open(let context) where context.isArray == (token == .beginArray): contexts.append(context)
        case .remediation where token == .beginObject: contexts.append(.remediation)
        case .text, .scratch:
            guard token == .beginArray, !slot.isRequired(in: format) else { return try passOver(slot) }
            contexts.append(.texts)
        case .skip: skipTarget = tokenizer.depth - 1
        default: try passOver(slot)
        }
    }

    /// Passes over an object or a list that cannot be read in its place.
    private mutating func passOver(_ slot: RecordSlot) throws(IngestError) {
        if slot.isRequired(in: format) { throw wrongType(slot) }
        remark(slot)
        skipTarget = tokenizer.depth - 1
    }

    private mutating func readScalar(_ token: JSONToken, _ slot: RecordSlot) throws(IngestError) {
        guard token != .null else { return }
        switch slot {
        case .skip: break
        case .text(let field):
            guard try isText(token, slot, limit: field.maximumBytes) else { return }
            record.set(field, tokenizer.text)
        case .scratch(let field):
            guard try isText(token, slot, limit: field.maximumBytes) else { return }
            record.set(field, tokenizer.text)
        case .remediation: try readScalar(token, .text(.remediation))
        case .open(.resources), .open(.resource): try readResourceText(token)
        case .open(let context):
            guard token == .string, let text = context.asText else {
                return try unreadable(slot)
            }
            try readScalar(token, text)
        case .number(let field):
            // Some writers put numbers into quotes.
            guard token == .number || token == .string, let value = JSONNumber.int64(tokenizer.text) else {
                if token == .string, tokenizer.text.isEmpty { return }
                return try unreadable(slot)
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
            draft.set(field, RecordDraft.Dated(time: time, position: here))
        }
    }

    /// Whether a value can be read where a text is due: a text, or a number by its digits.
    private mutating func isText(_ token: JSONToken, _ slot: RecordSlot, limit: Int) throws(IngestError) -> Bool {
        guard token == .string || token == .number else {
            try unreadable(slot)
            return false
        }
        guard tokenizer.text.count <= limit else { throw tooLong(slot, limit) }
        if token == .string, tokenizer.replacements > 0 {
            warnings.note(
                .characterReplaced, at: here,
                "\(slot.path(in: format)): \(tokenizer.replacements) characters are U+FFFD now")
        }
        return true
    }

    /// Adds an element of a list of texts to what stands in its place.
    private mutating func appendText(_ token: JSONToken, _ slot: RecordSlot) throws(IngestError) {
        guard token != .null else { return }
        switch slot {
        case .text(let field):
            let limit = field.maximumBytes - record.text(field).count - 1
            guard try isText(token, slot, limit: limit) else { return }
            record.append(field, tokenizer.text)
        case .scratch(let field):
            let limit = field.maximumBytes - record.text(field).count - 1
            guard try isText(token, slot, limit: limit) else { return }
            record.append(field, tokenizer.text, separator: "\n")
        default: break
        }
    }

    /// A value that has no meaning in its place: refuses the record where it is needed, else it is remarked.
    private mutating func unreadable(_ slot: RecordSlot) throws(IngestError) {
        if slot.isRequired(in: format) { throw wrongType(slot) }
        remark(slot)
    }

    private mutating func remark(_ slot: RecordSlot) {
        warnings.note(.wrongType, at: here, "\(slot.path(in: format)) has a type that is not read in its place")
    }

    private mutating func completeRecord() throws(IngestError) {
        guard tokenizer.consumedBytes - record.position.byteOffset <= options.maximumRecordBytes else {
            throw tooLarge()
        }
        further.join(&record)
        if further.leftOut > 0 {
            warnings.note(
                .resourcesLeftOut, at: record.position,
                "\(further.leftOut) of \(further.count + 1) resources do not fit into the finding's cells")
        }
        switch format {
        case .native: try record.completeNative(draft, options.clock, &warnings)
        case .ocsf: try record.completeOCSF(draft, options.clock, &warnings)
        case nil:
            throw IngestError(
                .unknownFormat, "the first object is neither an OCSF finding nor a native one", at: record.position)
        }
        try checkTenant(record.text(.tenantID), FindingField.tenantID.path(in: format))
        try checkTenant(record.text(.organisation), ScratchField.organisation.path)
        if record.isEmpty(.tenantID) { record.set(.tenantID, record.text(.organisation)) }
        guard run.admits(record) else {
            throw IngestError(
                .mixedRuns,
                "the record is of another run than those before it, by its tenant or its time; import one run at a "
                    + "time",
                at: record.position, field: FindingField.runID.path(in: format))
        }
        try tally.add(record)
    }

    /// Refuses a record that names another tenant's GUID. What is no GUID (an AWS organisation's ARN, a placeholder)
    /// names no tenant, and is only remarked.
    private mutating func checkTenant(_ named: UnsafeRawBufferPointer, _ path: String) throws(IngestError) {
        guard let expectedTenant, !named.isEmpty else { return }
        guard GUIDShape.matches(named) else {
            warnings.note(
                .tenantNoGUID, at: record.position, "\(path): \(IngestError.quoted(named)) is no tenant's GUID")
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
