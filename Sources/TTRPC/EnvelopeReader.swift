// Reads protobuf messages of known fields (protobuf.dev, "Encoding"), for the envelopes of Envelope.swift.
//
//     tag     a varint of at most 5 bytes: field number << 3 | wire type; a first byte below 8 is no tag
//     type 0  a varint of at most 10 bytes; bits above the 64th are dropped
//     type 1  8 bytes
//     type 2  a varint of at most 5 bytes, the length (at most Int32.max), and so many bytes
//     type 5  4 bytes
//     others  refused: proto3 has no groups
//
// Invariants:
// 1. A message is scanned to its end before anything of it is taken: a broken one is refused as a whole.
// 2. What the fields of an input ask for never passes the budget, which grows with the input's size and has a cap.
// 3. Fields that the schema does not know are skipped; one that it knows must have its wire type.
// 4. Of a field that occurs more than once the last value counts, and text that is overwritten is never looked at.
//
// The budget and what it is charged are those of the codec of all other messages (`ReviewPackAPI` over protobuf-c), so
// that the same envelope is refused in the same words whoever reads it; `EnvelopeCrossCheckTests` compares the two.

/// Why an envelope was refused; no case carries bytes of the input.
public enum EnvelopeError: Error, Sendable, Hashable {
    /// The bytes are no protobuf encoding of the message.
    case malformed(message: String)
    /// A string field holds bytes that are not UTF-8.
    case invalidUTF8(field: String)
    /// A string field holds U+0000, which no value may contain.
    case embeddedNUL(field: String)
    /// The fields ask for more memory than a message of this size may need, as many empty entries do.
    case memoryLimitExceeded(message: String, limit: Int)
    /// A `timeout_nano` below zero, which no clock of a caller can mean.
    case negativeTimeout(nanoseconds: Int64)
}

extension EnvelopeError: CustomStringConvertible {
    /// One sentence that says what is wrong and what to do about it.
    public var description: String {
        switch self {
        case .malformed(let message):
            "the bytes are not a valid \(message): encode it with the reviewpack.v1 protos"
        case .invalidUTF8(let field):
            "\(field) is not valid UTF-8: send text as UTF-8 and other data in a bytes field"
        case .embeddedNUL(let field): "\(field) contains a NUL character: remove it"
        case .memoryLimitExceeded(let message, let limit):
            "the \(message) needs more than \(limit) bytes of memory to unpack: send fewer elements in one message"
        case .negativeTimeout(let nanoseconds):
            "timeout_nano is \(nanoseconds); it must be 0 (the method's default) or positive"
        }
    }
}

/// What the schema says of a message's fields.
struct MessageLayout: Sendable {
    /// The wire type of each field, by number; index 0 stands for none.
    var types: [WireType?]
    /// The number of the one repeated field; 0 = there is none.
    var repeated: UInt32 = 0
    /// Bytes that the budget is charged for the message itself.
    var size: Int
}

/// How a field's value is written.
enum WireType: UInt8, Sendable {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
}

/// One field as it stands in its message.
struct WireField: Sendable {
    var number: UInt32
    var type: WireType
    /// Bytes of the value, its length prefix included.
    var byteCount: Int
    /// Where the value is, without a length prefix.
    var content: Range<Int>
}

/// Takes the fields of one input apart within a budget of memory.
struct EnvelopeReader: ~Copyable {
    private let bytes: [UInt8]
    private let name: String
    private let limit: Int
    /// What is left of the budget.
    private var room: Int

    /// - Parameter name: the full name of the outermost message, for errors.
    init(_ bytes: [UInt8], of name: String) {
        self.bytes = bytes
        self.name = name
        limit = min(64 << 10 + 24 * bytes.count, 32 << 20)
        room = limit
    }

    private var malformed: EnvelopeError { .malformed(message: name) }

    /// Takes the message that lies at `range`, field by field.
    mutating func read(
        _ range: Range<Int>, _ layout: MessageLayout,
        _ take: (inout EnvelopeReader, WireField) throws(EnvelopeError) -> Void
    ) throws(EnvelopeError) {
        try charge(layout.size)
        try scan(range, layout)
        var position = range.lowerBound
        while let field = nextField(from: &position, to: range.upperBound) {
            if let type = layout.type(of: field.number) {
                guard field.type == type else { throw malformed }
                try take(&self, field)
            } else {
                try charge(field.byteCount)
            }
        }
    }

    /// Goes over all fields of a message, and charges what keeping their places takes.
    private mutating func scan(_ range: Range<Int>, _ layout: MessageLayout) throws(EnvelopeError) {
        var position = range.lowerBound
        var (slab, inSlab, unknown, elements) = (0, 0, 0, 0)
        while position < range.upperBound {
            guard let field = nextField(from: &position, to: range.upperBound) else { throw malformed }
            if inSlab == 16 << slab {
                slab += 1
                inSlab = 0
                try charge(512 << slab)
            }
            inSlab += 1
            // Number 0 is in no message; `repeated` is 0 where nothing repeats.
            if field.number != 0, field.number == layout.repeated { elements += 1 }
            if layout.type(of: field.number) == nil { unknown += 1 }
        }
        if elements > 0 { try charge(8 * elements) }
        if unknown > 0 { try charge(24 * unknown) }
    }

    /// Takes one block of memory out of the budget: 16 bytes more than asked for, rounded up to 16.
    mutating func charge(_ size: Int) throws(EnvelopeError) {
        guard size <= room - 31 else { throw .memoryLimitExceeded(message: name, limit: limit) }
        room -= (16 + size + 15) & ~15
    }

    // MARK: - Values

    /// Where a string is; what it holds is looked at by `string`.
    mutating func text(_ field: WireField) throws(EnvelopeError) -> Range<Int> {
        try charge(field.content.count + 1)
        return field.content
    }

    /// Where a value of bytes is.
    mutating func data(_ field: WireField) throws(EnvelopeError) -> Range<Int> {
        if !field.content.isEmpty { try charge(field.content.count) }
        return field.content
    }

    func integer(_ field: WireField) -> UInt64 { varint(field.content) }

    func data(at range: Range<Int>?) -> [UInt8] { range.map { Array(bytes[$0]) } ?? [] }

    /// The text at `range`, empty when there was none; `field` is its full name.
    func string(at range: Range<Int>?, _ field: String) throws(EnvelopeError) -> String {
        guard let range else { return "" }
        guard !bytes[range].contains(0) else { throw .embeddedNUL(field: field) }
        guard let text = String(validating: bytes[range], as: UTF8.self) else { throw .invalidUTF8(field: field) }
        return text
    }

    // MARK: - Bytes

    /// The field at `position`, which moves behind it; `nil` at the end, and for what is no field.
    private func nextField(from position: inout Int, to end: Int) -> WireField? {
        guard position < end, bytes[position] >= 8 else { return nil }
        guard let tag = varintRange(at: position, to: end, atMost: 5),
            let type = WireType(rawValue: bytes[position] & 7)
        else { return nil }
        let start = tag.upperBound
        let content: Range<Int>
        switch type {
        case .varint:
            guard let value = varintRange(at: start, to: end, atMost: 10) else { return nil }
            content = value
        case .fixed64, .fixed32:
            let size = type == .fixed64 ? 8 : 4
            guard end - start >= size else { return nil }
            content = start..<start + size
        case .lengthDelimited:
            guard let prefix = varintRange(at: start, to: end, atMost: 5) else { return nil }
            let length = varint(prefix)
            guard length <= UInt64(Int32.max), Int(length) <= end - prefix.upperBound else { return nil }
            content = prefix.upperBound..<prefix.upperBound + Int(length)
        }
        position = content.upperBound
        return WireField(
            number: UInt32(truncatingIfNeeded: varint(tag) >> 3), type: type, byteCount: content.upperBound - start,
            content: content)
    }

    /// Where the varint at `start` lies; `nil` when it does not end in time.
    private func varintRange(at start: Int, to end: Int, atMost count: Int) -> Range<Int>? {
        let end = min(end, start + count)
        guard start < end, let last = bytes[start..<end].firstIndex(where: { $0 & 0x80 == 0 }) else { return nil }
        return start..<last + 1
    }

    private func varint(_ range: Range<Int>) -> UInt64 {
        var value: UInt64 = 0
        for (index, byte) in bytes[range].enumerated() { value |= UInt64(byte & 0x7F) << UInt64(7 * index) }
        return value
    }
}

extension MessageLayout {
    fileprivate func type(of number: UInt32) -> WireType? {
        number < types.count ? types[Int(number)] : nil
    }
}
