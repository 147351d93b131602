import Glibc

/// A quick look whether a text can hold an at sign in any form, for texts that are long and seldom hold one.
enum AtSign {
    /// False only when no rule can find an address in `text`.
    ///
    /// The forms: as it stands; U+FF20 and U+FE6B, whose UTF-8 begins with EF; as an escape, which holds `40` or `64`.
    static func isPossible(in text: UnsafeRawBufferPointer) -> Bool {
        guard let base = text.baseAddress else { return false }
        if memchr(base, CInt(UInt8(ascii: "@")), text.count) != nil || memchr(base, 0xEF, text.count) != nil {
            return true
        }
        guard EscapeDecoder.isPossible(in: text) else { return false }
        var index = 0
        while index < text.count, let four = memchr(base + index, CInt(UInt8(ascii: "4")), text.count - index) {
            index = UnsafeRawPointer(four) - base
            if index + 1 < text.count, text[index + 1] == UInt8(ascii: "0") { return true }
            if index > 0, text[index - 1] == UInt8(ascii: "6") { return true }
            index += 1
        }
        return false
    }
}
