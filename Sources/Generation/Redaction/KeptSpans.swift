import Domain

/// What stays inside a place that is replaced: UUIDs, and the tokens that an earlier round wrote.
enum KeptSpans {
    /// Appends the parts of `place` that lie outside kept spans to `parts`.
    static func subtract(from place: Range<Int>, in text: UnsafeRawBufferPointer, into parts: inout [Range<Int>]) {
        var start = place.lowerBound
        // A kept span may begin before the place.
        var index = max(0, start - uuidLength + 1)
        while index < place.upperBound {
            guard let length = keptLength(in: text, at: index), index + length > start else {
                index += 1
                continue
            }
            if index > start { parts.append(start..<index) }
            index += length
            start = index
        }
        if start < place.upperBound { parts.append(start..<place.upperBound) }
    }

    private static let uuidLength = 36

    private static func keptLength(in text: UnsafeRawBufferPointer, at index: Int) -> Int? {
        if text[index] == UInt8(ascii: "[") {
            let length = TextRedactor.token.utf8CodeUnitCount
            guard index + length <= text.count else { return nil }
            return TextRedactor.token.withUTF8Buffer { token in
                token.indices.allSatisfy { token[$0] == text[index + $0] } ? length : nil
            }
        }
        // Cheap refusals first: this is asked at every byte of a place.
        guard index + uuidLength <= text.count, text[index + 8] == UInt8(ascii: "-"),
            text[index + 13] == UInt8(ascii: "-"),
            index == 0 || !isWord(text[index - 1]),
            index + uuidLength == text.count || !isWord(text[index + uuidLength]),
            UUIDValue(ascii: text[index..<index + uuidLength]) != nil
        else { return nil }
        return uuidLength
    }

    /// Whether a UUID beside this byte would only be a part of something longer.
    private static func isWord(_ byte: UInt8) -> Bool { byte >= 0x80 || WordClass.ascii[Int(byte)] == .joining }
}
