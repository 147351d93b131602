/// Reads the fields of a record in order; every read is checked against the record's end.
struct RecordCursor {
    private let bytes: [UInt8]
    private let start: UInt64
    private var index = 0
    /// The member that the record is about; named in errors.
    var member: String?

    /// `bytes` stand in the file from offset `start` on.
    init(_ bytes: [UInt8], at start: UInt64) {
        self.bytes = bytes
        self.start = start
    }

    /// Offset in the file of the next field.
    var position: UInt64 { start + UInt64(index) }

    var isAtEnd: Bool { index == bytes.count }

    /// The next field, a little-endian integer of the asked width.
    mutating func integer<Value: FixedWidthInteger & UnsignedInteger>(
        _: Value.Type = Value.self
    ) throws(ZipReadError) -> Value {
        var value: Value = 0
        for (place, byte) in try run(of: MemoryLayout<Value>.size).enumerated() {
            value |= Value(byte) << Value(8 * place)
        }
        return value
    }

    /// The next field, which must hold `wanted`; anything else is refused for `reason`.
    mutating func expect<Value: FixedWidthInteger & UnsignedInteger>(
        _ wanted: Value, _ field: String, else reason: ZipReadError.Reason
    ) throws(ZipReadError) {
        let found: Value = try integer()
        guard found == wanted else {
            let detail = "\(field) is \(hexadecimal(found)), not \(hexadecimal(wanted))"
            throw error(reason, detail, at: position - UInt64(MemoryLayout<Value>.size))
        }
    }

    /// The next `count` bytes.
    mutating func run(of count: Int) throws(ZipReadError) -> ArraySlice<UInt8> {
        guard count <= bytes.count - index else {
            throw error(.wrongLayout, "the record ends inside a field", at: position)
        }
        defer { index += count }
        return bytes[index..<index + count]
    }

    func error(_ reason: ZipReadError.Reason, _ detail: String, at position: UInt64) -> ZipReadError {
        ZipReadError(reason: reason, position: position, member: member, detail: detail)
    }

    private func hexadecimal(_ value: some FixedWidthInteger) -> String {
        "0x" + String(value, radix: 16)
    }
}
