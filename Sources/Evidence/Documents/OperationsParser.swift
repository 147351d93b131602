import Bytes
import Crypto
import Domain
import JSONTokens

/// Reads operation runs from JSON lines with the members
/// `id, type, status, outcome, started_at, finished_at, initiator, context`.
///
/// `id`, `type`, `status` and `started_at` must be there. A completed run has an outcome and a finish, another one
/// neither. The types and initiators of the service's own runs are refused (`OperationType.isReserved`,
/// `OperationInitiator.isReserved`). The context is an object of any shape, kept as compact JSON with its numbers'
/// texts; its `reason_code`, when it is a text, becomes the run's. An id that is no UUID becomes one by its SHA-256 and
/// is kept in the context as `external_id`. Other members are passed over. A number is read where a text is due, and
/// words of statuses and outcomes in any case.
public struct OperationsParser: ~Copyable {
    public static let maximumContextBytes = 65_536
    public static let maximumTextBytes = 1024

    private enum Member {
        case none, id, type, status, outcome, startedAt, finishedAt, initiator, context
    }

    private struct Draft {
        var id: String?
        var type: String?
        var status: String?
        var outcome: String?
        var startedAt: RecordDraft.Dated?
        var finishedAt: RecordDraft.Dated?
        var initiator = ""
        var reasonCode: String?
        var hasContext = false
    }

    private let skipsBadRecords: Bool
    /// The clock by which runs are judged; its owner sets it with each chunk.
    public var clock: TimeGuard
    private var tokenizer: JSONTokenizer
    private var inRecord = false
    private var inContext = false
    private var skipTarget: Int?
    private var member: Member = .none
    private var isReasonCode = false
    private var draft = Draft()
    private var context = JSONWriter()
    private var scan = IdentityScan()
    private var position = RecordPosition(ordinal: 0, line: 1, byteOffset: 0)

    public private(set) var recordsRead = 0
    public private(set) var recordsRejected = 0
    public private(set) var rejections: [IngestError] = []
    public private(set) var warnings = IngestWarnings()

    public init(clock: TimeGuard, skipsBadRecords: Bool = false) {
        self.clock = clock
        self.skipsBadRecords = skipsBadRecords
        var limits = JSONLimits()
        limits.replacesBadCharacters = true
        limits.stringBytes = OperationsParser.maximumContextBytes
        tokenizer = JSONTokenizer(limits: limits, framing: .sequence)
    }

    /// Parses the next chunk; `consume` gets every run that it completes, `identity` the personal values in it.
    public mutating func push(
        _ chunk: UnsafeRawBufferPointer, consume: (OperationRecord, RecordPosition) throws -> Void,
        identity: IdentityGathering.Emit
    ) throws {
        do throws(JSONError) { try tokenizer.feed(chunk) } catch { throw IngestError(error, ordinal: recordsRead) }
        try run(consume, identity)
    }

    /// Ends the input. No lines at all are a valid empty list.
    public mutating func finish(
        consume: (OperationRecord, RecordPosition) throws -> Void, identity: IdentityGathering.Emit
    ) throws {
        do throws(JSONError) { try tokenizer.finish() } catch { throw IngestError(error, ordinal: recordsRead) }
        try run(consume, identity)
    }

    private mutating func run(
        _ consume: (OperationRecord, RecordPosition) throws -> Void, _ identity: IdentityGathering.Emit
    ) throws {
        while true {
            let token: JSONToken
            do throws(JSONError) { token = try nextToken() } catch { throw IngestError(error, ordinal: recordsRead) }
            if token == .needsInput || token == .end { return }
            var finished: OperationRecord?
            do throws(IngestError) { finished = try read(token) } catch {
                guard skipsBadRecords, !error.reason.endsImport else { throw error }
                recordsRejected += 1
                if rejections.count < FindingsParser.rejectionLimit { rejections.append(error) }
                inRecord = false
                inContext = false
                skipTarget = 0
                continue
            }
            if inContext { try scan.gather(token, text: tokenizer.text, identity) }
            if let finished {
                try IdentityGathering.gather(fromInitiator: finished.initiator, identity)
                try consume(finished, position)
            }
        }
    }

    private mutating func nextToken() throws(JSONError) -> JSONToken {
        if let target = skipTarget {
            guard try tokenizer.skip(toDepth: target) else { return .needsInput }
            skipTarget = nil
        }
        return try tokenizer.next()
    }

    /// Takes a token; returns a run when the token completes it.
    private mutating func read(_ token: JSONToken) throws(IngestError) -> OperationRecord? {
        guard inRecord else {
            recordsRead += 1
            position = here
            guard token == .beginObject else { throw error(.notAnObject, "an operation run must be an object") }
            inRecord = true
            draft = Draft()
            return nil
        }
        if inContext {
            try copyContext(token)
            return nil
        }
        switch token {
        case .key: member = OperationsParser.member(tokenizer.text)
        case .endObject:
            inRecord = false
            return try complete()
        case .beginObject where member == .context:
            context = JSONWriter()
            scan = IdentityScan()
            inContext = true
            draft.hasContext = true
            draft.reasonCode = nil
            try copyContext(token)
        case .beginObject, .beginArray:
            guard member == .none else { throw error(.wrongType, "has the wrong type", member) }
            skipTarget = tokenizer.depth - 1
        case .null: break
        default: try readScalar(token)
        }
        return nil
    }

    private mutating func copyContext(_ token: JSONToken) throws(IngestError) {
        context.copy(token, text: tokenizer.text)
        guard context.bytes.count <= OperationsParser.maximumContextBytes else {
            throw error(.fieldTooLong, "is longer than \(OperationsParser.maximumContextBytes) bytes", .context)
        }
        // Members of the context itself stand at depth 2.
        if token == .key {
            isReasonCode = tokenizer.depth == 2 && ASCII.equals(tokenizer.text, "reason_code")
        } else {
            if isReasonCode, token != .null {
                if token == .string || token == .number {
                    draft.reasonCode = try bounded(.context)
                } else {
                    warnings.note(.wrongType, at: here, "context.reason_code has a type that is not read in its place")
                }
            }
            isReasonCode = false
            noteReplacements(token, "context")
        }
        if token == .endObject, tokenizer.depth == 1 { inContext = false }
    }

    private mutating func readScalar(_ token: JSONToken) throws(IngestError) {
        switch member {
        case .none: break
        case .startedAt, .finishedAt:
            let time =
                token == .string
                ? TimeReader.text(tokenizer.text) : token == .number ? TimeReader.number(tokenizer.text) : nil
            guard let time else {
                throw error(.badTime, "\(IngestError.quoted(tokenizer.text)) is no time between 1970 and 9999", member)
            }
            let dated = RecordDraft.Dated(time: time, position: here)
            if member == .startedAt { draft.startedAt = dated } else { draft.finishedAt = dated }
        default:
            guard token == .string || token == .number, member != .context else {
                throw error(.wrongType, "has the wrong type", member)
            }
            noteReplacements(token, OperationsParser.name(of: member) ?? "")
            let text = try bounded(member)
            switch member {
            case .id: draft.id = text
            case .type: draft.type = text
            case .status: draft.status = text
            case .outcome: draft.outcome = text
            default: draft.initiator = text
            }
        }
    }

    private mutating func noteReplacements(_ token: JSONToken, _ field: String) {
        guard token == .string, tokenizer.replacements > 0 else { return }
        warnings.note(.characterReplaced, at: here, "\(field): \(tokenizer.replacements) characters are U+FFFD now")
    }

    private func bounded(_ member: Member) throws(IngestError) -> String {
        guard tokenizer.text.count <= OperationsParser.maximumTextBytes else {
            throw error(.fieldTooLong, "is longer than \(OperationsParser.maximumTextBytes) bytes", member)
        }
        guard !tokenizer.text.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw error(.badValue, "holds control characters", member)
        }
        return String(decoding: tokenizer.text, as: UTF8.self)
    }

    private mutating func complete() throws(IngestError) -> OperationRecord {
        guard let id = draft.id, !id.isEmpty else { throw error(.missingField, "is missing or empty", .id) }
        guard let type = draft.type, !type.isEmpty else { throw error(.missingField, "is missing or empty", .type) }
        guard !OperationType(rawValue: type).isReserved else {
            throw error(
                .reserved, "is a type of the service's own runs; give a collector's runs a type of their own", .type)
        }
        guard !OperationInitiator.isReserved(draft.initiator) else {
            throw error(
                .reserved,
                "is how the service names its callers (uid:N) and itself (system); name a collector's runs otherwise",
                .initiator)
        }
        guard let started = draft.startedAt else { throw error(.missingField, "is missing", .startedAt) }
        guard let status = draft.status.flatMap({ OperationStatus(word: $0.lowercased()) }) else {
            throw error(.badValue, "is none of queued, running, completed", .status)
        }
        let outcome = draft.outcome.flatMap { OperationOutcome(word: $0.lowercased()) }
        guard draft.outcome == nil || outcome != nil else {
            throw error(.badValue, "is none of succeeded, failed", .outcome)
        }
        guard (status == .completed) == (outcome != nil) else {
            throw error(.badValue, "a completed run has an outcome, another one has none", .outcome)
        }
        guard (status == .completed) == (draft.finishedAt != nil) else {
            throw error(.badValue, "a completed run has a finish, another one has none", .finishedAt)
        }
        let finished = draft.finishedAt
        if let finished, finished.time.instant < started.time.instant {
            throw error(.badTime, "is before started_at", .finishedAt)
        }
        var startedAt = try clock.settle(started.time, field: "started_at", at: started.position, &warnings)
        var finishedAt: UnixMillis?
        if let finished {
            let end = try clock.settle(finished.time, field: "finished_at", at: finished.position, &warnings)
            // One of the two may have been taken as now, or both at different moments.
            startedAt = min(startedAt, end)
            finishedAt = end
        }
        let uuid = OperationRunID(id)
        return OperationRecord(
            id: uuid ?? OperationsParser.derivedID(id), type: OperationType(rawValue: type), status: status,
            outcome: outcome, reasonCode: draft.reasonCode, initiator: draft.initiator, startedAt: startedAt,
            finishedAt: finishedAt, context: contextText(externalID: uuid == nil ? id : nil), isImported: true)
    }

    private func contextText(externalID: String?) -> String {
        let text = draft.hasContext ? String(decoding: context.bytes, as: UTF8.self) : "{}"
        guard let externalID else { return text }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("external_id")
        writer.string(externalID)
        let rest = text.dropFirst()
        return String(decoding: writer.bytes, as: UTF8.self) + (rest == "}" ? "" : ",") + rest
    }

    /// A UUIDv8 (RFC 9562 section 5.8) of the first 122 bits of the SHA-256 of an id.
    static func derivedID(_ id: String) -> OperationRunID {
        let hash = Array(id.utf8).withUnsafeBytes { Digest256(hashing: $0) }
        return OperationRunID(
            high: hash.words.0 & 0xFFFF_FFFF_FFFF_0FFF | 0x8000,
            low: hash.words.1 & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    }

    private static func member(_ key: UnsafeRawBufferPointer) -> Member {
        func isKey(_ name: StaticString) -> Bool { ASCII.equals(key, name) }
        switch key.count {
        case 2 where isKey("id"): return .id
        case 4 where isKey("type"): return .type
        case 6 where isKey("status"): return .status
        case 7 where isKey("outcome"): return .outcome
        case 7 where isKey("context"): return .context
        case 9 where isKey("initiator"): return .initiator
        case 10 where isKey("started_at"): return .startedAt
        case 11 where isKey("finished_at"): return .finishedAt
        default: return .none
        }
    }

    private var here: RecordPosition {
        RecordPosition(ordinal: recordsRead, line: tokenizer.position.line, byteOffset: tokenizer.position.byteOffset)
    }

    private func error(_ reason: IngestError.Reason, _ message: String, _ member: Member? = nil) -> IngestError {
        IngestError(
            reason, message, at: reason == .missingField ? position : here,
            field: member.flatMap { OperationsParser.name(of: $0) })
    }

    private static func name(of member: Member) -> String? {
        switch member {
        case .none: nil
        case .id: "id"
        case .type: "type"
        case .status: "status"
        case .outcome: "outcome"
        case .startedAt: "started_at"
        case .finishedAt: "finished_at"
        case .initiator: "initiator"
        case .context: "context"
        }
    }
}
