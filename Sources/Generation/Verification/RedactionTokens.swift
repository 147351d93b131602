/// The tokens that redaction writes, `[REDACTED]` and `[REDACTED-12]`, as the final scan recognises them.
enum RedactionTokens {
    private static let opening = Array("[REDACTED".utf8)

    /// The pieces of a text between tokens, without empty ones.
    static func pieces(of text: UnsafeRawBufferPointer) -> [UnsafeRawBufferPointer] {
        var pieces: [UnsafeRawBufferPointer] = []
        var start = 0
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "["), let length = tokenLength(text, at: index) else {
                index += 1
                continue
            }
            if index > start { pieces.append(UnsafeRawBufferPointer(rebasing: text[start..<index])) }
            index += length
            start = index
        }
        if start < text.count { pieces.append(UnsafeRawBufferPointer(rebasing: text[start...])) }
        return pieces
    }

    private static func tokenLength(_ text: UnsafeRawBufferPointer, at index: Int) -> Int? {
        guard text[index...].starts(with: opening) else { return nil }
        var end = index + opening.count
        if end < text.count, text[end] == UInt8(ascii: "-") {
            end += 1
            while end < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[end]) { end += 1 }
        }
        return end < text.count && text[end] == UInt8(ascii: "]") ? end + 1 - index : nil
    }
}
