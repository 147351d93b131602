/// A text that stands for somebody or something by its bytes alone.
///
/// Swift compares Strings by canonical equivalence: `é` in one scalar and `e` with an accent after it are equal and
/// hash alike. The database, the kernel and every other program compare bytes. What decides who is who is therefore
/// compared as bytes here, too.
public struct ExactText: Hashable, Comparable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    public let text: String

    public init(_ text: some StringProtocol) { self.text = String(text) }
    public init(stringLiteral text: String) { self.text = text }

    public var description: String { text }
    public var utf8: String.UTF8View { text.utf8 }

    /// Whether the text is in Unicode's normalisation form C (UAX #15), which keyboards and nearly all programs give.
    public var isNormalised: Bool {
        var span = text.utf8Span
        return span.checkForNFC(quickCheck: false)
    }

    public static func == (a: ExactText, b: ExactText) -> Bool { a.utf8.elementsEqual(b.utf8) }
    public static func < (a: ExactText, b: ExactText) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }

    public func hash(into hasher: inout Hasher) {
        for byte in utf8 { hasher.combine(byte) }
        // No byte of UTF-8: where the text ends.
        hasher.combine(0xFF as UInt8)
    }
}
