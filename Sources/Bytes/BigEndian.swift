// Integers in network order, the most significant byte first.

extension [UInt8] {
    public mutating func appendBigEndian<T: FixedWidthInteger>(_ value: T) {
        for shift in stride(from: T.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> T(shift)))
        }
    }
}

extension ArraySlice<UInt8> {
    public func bigEndianValue<T: FixedWidthInteger>() -> T {
        reduce(T(0)) { $0 << 8 | T(truncatingIfNeeded: $1) }
    }
}
