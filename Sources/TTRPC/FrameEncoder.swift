/// Turns frames into wire bytes; the table is in FrameHeader.swift.
public enum FrameEncoder {
    /// The header's ten bytes.
    public static func encode(_ header: FrameHeader) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(FrameHeader.byteCount)
        append(header, to: &bytes)
        return bytes
    }

    /// The whole frame's bytes, header first.
    public static func encode(_ frame: Frame) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(FrameHeader.byteCount + frame.payload.count)
        append(frame.header, to: &bytes)
        bytes.append(contentsOf: frame.payload)
        return bytes
    }

    private static func append(_ header: FrameHeader, to bytes: inout [UInt8]) {
        let words = header.wireWords
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: words.lengthAndStream >> UInt64(shift)))
        }
        bytes.append(UInt8(truncatingIfNeeded: words.typeAndFlags >> 8))
        bytes.append(UInt8(truncatingIfNeeded: words.typeAndFlags))
    }
}
