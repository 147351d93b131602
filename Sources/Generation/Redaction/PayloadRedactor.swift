import Domain
import Evidence
import JSONTokens

/// Writes a report's payload anew, token by token, with personal data replaced.
///
/// Memory: the tokeniser's buffer (the longest string, at most the payload's 32 MiB) and 64 KiB of output.
struct PayloadRedactor: ~Copyable {
    private var tokenizer: JSONTokenizer
    private var json = JSONWriter(style: .compact)
    private var keys = RedactedKeys()
    private var levels: [Level] = []
    /// Of the key that was read last, for the value that follows it.
    private var pending: Level?
    /// Whether the answer that the payload is says of its `value` that it lists roles.
    private var listsRoles = false

    /// What holds for the values directly inside a container, or for the value behind a key.
    private struct Level {
        var rule = ReportKeyPolicy.Rule.closed
        /// The key in its canonical form.
        var key: String?
    }

    private static let drainSize = 1 << 16

    init() { tokenizer = JSONTokenizer(limits: .storedReport) }

    mutating func feed(
        _ piece: UnsafeRawBufferPointer, _ redactor: inout FieldRedactor, _ control: RenderControl,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try tokenizer.feed(piece)
        try writeTokens(&redactor, control, body)
    }

    mutating func finish(
        _ redactor: inout FieldRedactor, _ control: RenderControl, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try tokenizer.finish()
        try writeTokens(&redactor, control, body)
        try json.drain(body)
    }

    private mutating func writeTokens(
        _ redactor: inout FieldRedactor, _ control: RenderControl, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        while true {
            try control.check()
            switch try tokenizer.next() {
            case .needsInput, .end: return
            case .beginObject:
                json.beginObject()
                levels.append(takeLevel())
            case .beginArray:
                json.beginArray()
                levels.append(takeLevel())
            case .endObject:
                json.endObject()
                levels.removeLast()
            case .endArray:
                json.endArray()
                levels.removeLast()
            case .key: try writeKey(&redactor)
            case .string: try writeString(&redactor)
            case .number: try writeNumber(&redactor)
            case .true:
                pending = nil
                json.bool(true)
            case .false:
                pending = nil
                json.bool(false)
            case .null:
                pending = nil
                json.null()
            }
            if json.bytes.count >= Self.drainSize { try json.drain(body) }
        }
    }

    /// The level of the value that begins now: its key's, or in an array the array's.
    private mutating func takeLevel() -> Level {
        defer { pending = nil }
        return pending ?? levels.last ?? Level()
    }

    private mutating func writeKey(_ redactor: inout FieldRedactor) throws {
        let key = ReportKeys.canonical(tokenizer.text)
        let parent = levels.last?.key
        pending = Level(rule: key.map { ReportKeyPolicy.rule(for: $0, under: parent) } ?? .closed, key: key)
        if listsRoles, levels.count == 1, key == "value" { pending?.key = ReportKeyPolicy.roleListKey }
        let personal = ReportKeyPolicy.personalPart(of: tokenizer.text)
        if try redactor.holdsPersonalData(personal) {
            json.key(keys.next())
        } else {
            json.key(tokenizer.text)
        }
    }

    private mutating func writeString(_ redactor: inout FieldRedactor) throws {
        let level = takeLevel()
        let text = tokenizer.text
        if levels.count == 1, level.key == "@odata.context" { listsRoles = RoleLists.isContext(text) }
        try redactor.apply(ReportKeyPolicy.kind(of: text, under: level.rule), to: text) { json.string($0) }
    }

    /// A number stays as it came, unless its key says that it is a telephone's.
    private mutating func writeNumber(_ redactor: inout FieldRedactor) throws {
        let level = takeLevel()
        guard level.rule == .contact else { return json.number(tokenizer.text) }
        try redactor.apply(.secret, to: tokenizer.text) { json.string($0) }
    }

    /// Whether a string says nothing of a person under whatever key: a UUID, a number (one with a plus in front may be
    /// a telephone's), a boolean, a time, or nothing at all.
    static func isNeutral(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count <= 64 else { return false }
        if UUIDValue(ascii: text) != nil || RFC3339.parse(text, zone: .utcWhenAbsent) != nil { return true }
        let string = String(decoding: text, as: UTF8.self)
        return string.isEmpty || string == "true" || string == "false"
            || (text.first != UInt8(ascii: "+") && IdentityRule.isNumber(text))
    }
}
