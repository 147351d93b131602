/// Writes JSON into bytes: deterministic, without Foundation, with every text's bytes as they came.
///
/// The caller names the structure; commas, colons and indentation are the writer's. Keys are written in the order
/// given. Of a string only what RFC 8259 section 7 demands is escaped: the quote, the backslash and U+0000 to U+001F
/// (short forms where there are any, else `\u00xx` in lower case). Bytes must be UTF-8; they are not checked.
///
/// The bytes gather in `bytes`. A long document is drained now and then: `drain` hands out and drops what is there.
public struct JSONWriter: Sendable {
    public enum Style: Sendable {
        /// No white space at all.
        case compact
        /// Two spaces a level, one element a line, `[]` and `{}` when empty.
        case indented
    }

    public private(set) var bytes: [UInt8] = []
    private let style: Style
    /// For each open container: whether it holds an element already.
    private var hasElement: [Bool] = []
    private var followsKey = false

    public init(style: Style = .compact) { self.style = style }

    // MARK: Structure

    public mutating func beginObject() { open(UInt8(ascii: "{")) }
    public mutating func endObject() { close(UInt8(ascii: "}")) }
    public mutating func beginArray() { open(UInt8(ascii: "[")) }
    public mutating func endArray() { close(UInt8(ascii: "]")) }

    public mutating func key(_ name: String) {
        separate()
        quote(name)
        afterKey()
    }

    public mutating func key(_ name: UnsafeRawBufferPointer) {
        separate()
        quote(name)
        afterKey()
    }

    // MARK: Values

    public mutating func string(_ value: String) {
        separate()
        quote(value)
    }

    public mutating func string(_ value: UnsafeRawBufferPointer) {
        separate()
        quote(value)
    }

    public mutating func integer(_ value: some BinaryInteger) { raw(String(value)) }

    public mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }

    public mutating func null() { raw("null") }

    /// A number whose text is one already, as `JSONTokenizer` hands it out.
    public mutating func number(_ text: UnsafeRawBufferPointer) {
        separate()
        bytes.append(contentsOf: text)
    }

    /// A whole JSON value as text; in the indented style it keeps its own layout.
    public mutating func raw(_ json: String) {
        separate()
        bytes.append(contentsOf: json.utf8)
    }

    /// Writes what a tokeniser has read, so that a document can be copied token by token.
    public mutating func copy(_ token: JSONToken, text: UnsafeRawBufferPointer) {
        switch token {
        case .beginObject: beginObject()
        case .endObject: endObject()
        case .beginArray: beginArray()
        case .endArray: endArray()
        case .key: key(text)
        case .string: string(text)
        case .number: number(text)
        case .true: bool(true)
        case .false: bool(false)
        case .null: null()
        case .needsInput, .end: break
        }
    }

    // MARK: Output

    /// A line end between or behind documents.
    public mutating func newline() { bytes.append(UInt8(ascii: "\n")) }

    /// Hands out what was written since the last time and drops it; memory stays.
    public mutating func drain(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        try bytes.withUnsafeBytes(body)
        bytes.removeAll(keepingCapacity: true)
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        hasElement.append(false)
    }

    private mutating func close(_ bracket: UInt8) {
        if hasElement.popLast() == true { breakLine() }
        bytes.append(bracket)
    }

    /// What stands between the last thing and the next one.
    private mutating func separate() {
        if followsKey {
            followsKey = false
            return
        }
        guard let last = hasElement.indices.last else { return }
        if hasElement[last] { bytes.append(UInt8(ascii: ",")) }
        hasElement[last] = true
        breakLine()
    }

    private mutating func afterKey() {
        bytes.append(UInt8(ascii: ":"))
        if style == .indented { bytes.append(UInt8(ascii: " ")) }
        followsKey = true
    }

    private mutating func breakLine() {
        guard style == .indented else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * hasElement.count))
    }

    private mutating func quote(_ text: String) {
        var text = text
        text.withUTF8 { quote(UnsafeRawBufferPointer($0)) }
    }

    private mutating func quote(_ text: UnsafeRawBufferPointer) {
        bytes.append(UInt8(ascii: "\""))
        var index = 0
        var ignored = false
        while let base = text.baseAddress, index < text.count {
            let stop = StringScan.next(base, from: index, to: text.count, nonASCII: &ignored)
            bytes.append(contentsOf: text[index..<stop])
            if stop < text.count { escape(text[stop]) }
            index = stop + 1
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        default:
            let digits: StaticString = "0123456789abcdef"
            bytes.append(contentsOf: [UInt8(ascii: "u"), 48, 48, 48 + (byte >> 4)])
            bytes.append(digits.utf8Start[Int(byte & 15)])
        }
    }
}
