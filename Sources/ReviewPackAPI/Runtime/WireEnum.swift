/// A protobuf enumeration as a Swift value; every conformance is generated from a `.proto` file.
///
/// proto3 enumerations are open: a number that this schema does not know is kept and written back unchanged, and its `word`
/// is nil.
public protocol WireEnum: RawRepresentable, Hashable, Sendable where RawValue == Int32 {
    /// The values that the schema knows with their words, in the order of declaration.
    static var known: [(value: Self, word: String)] { get }

    init(rawValue: Int32)
}

extension WireEnum {
    /// The values that the schema knows, in the order of declaration.
    public static var allKnown: [Self] { known.map(\.value) }

    /// The value's name in lower case without the enumeration's own prefix, `PACK_STATUS_READY` being `ready`.
    public var word: String? { Self.known.first { $0.value == self }?.word }

    /// The value of a word as `word` gives it; nil for any other text.
    public init?(word: String) {
        guard let match = Self.known.first(where: { $0.word == word }) else { return nil }
        self = match.value
    }
}
