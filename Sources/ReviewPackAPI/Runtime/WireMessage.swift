public import Domain

/// A protobuf message as a Swift value; every conformance is generated from a `.proto` file.
///
/// Encoding and decoding go through protobuf-c. Encoding is deterministic: fields in the order of their numbers, map
/// entries sorted by the bytes of their keys, unset and default fields left out. Fields that the schema does not know
/// are skipped and do not survive a round trip.
public protocol WireMessage: Sendable, Equatable {
    /// The full protobuf name, `reviewpack.v1.Pack`.
    static var fullName: String { get }

    /// The message with every field unset.
    init()

    /// Decodes one message that fills `bytes` to the end; the bytes are copied and need not outlive the call.
    init(serialized bytes: UnsafeRawBufferPointer, limits: WireLimits) throws(WireError)

    /// The message's bytes.
    ///
    /// A NUL character in a string is written as U+FFFD, because protobuf-c would cut the string there in silence:
    /// values of ours never hold one, and decoding refuses it.
    func serialized() -> [UInt8]

    /// Shows `visitor` each field once, in the order of declaration, under its name in the `.proto` file.
    ///
    /// Every member of a oneof is shown; those that are not chosen are `.absent`.
    func visitFields(_ visitor: inout some FieldVisitor)
}

extension WireMessage {
    /// Decodes one message that fills `bytes` to the end, within the default limits.
    public init(serialized bytes: UnsafeRawBufferPointer) throws(WireError) {
        try self.init(serialized: bytes, limits: .default)
    }

    /// Decodes one message that fills `bytes` to the end.
    public init(serialized bytes: [UInt8], limits: WireLimits = .default) throws(WireError) {
        self = try bytes.span.withUnsafeBytes { (buffer) throws(WireError) in
            try Self(serialized: buffer, limits: limits)
        }
    }
}

/// A protobuf enumeration as a Swift value; every conformance is generated from a `.proto` file.
///
/// proto3 enumerations are open: a number that this schema does not know is kept and written back unchanged, and its
/// `word` is nil.
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

// MARK: - Fields

/// Receives the fields of a message one by one, as a printer of any message does.
public protocol FieldVisitor {
    /// One field.
    ///
    /// - Parameters:
    ///   - name: the field's name in the `.proto` file, `tenant_external_id`.
    ///   - value: what it holds. A field without presence shows its default (`""`, `0`, `false`) rather than `.absent`.
    mutating func visit(_ name: String, _ value: FieldValue)
}

/// The value of a message's field, by kind.
public enum FieldValue: Sendable {
    /// An unset sub-message, time, optional scalar or oneof member.
    case absent
    case bool(Bool)
    case signed(Int64)
    case unsigned(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    /// An enumeration's value; `word` is nil for a number that the schema does not know.
    case enumeration(word: String?, number: Int32)
    case time(UnixMillis)
    case message(any WireMessage)
    /// A repeated field in its order.
    case list([FieldValue])
    /// A map, sorted by the bytes of its keys.
    case map([(key: String, value: String)])
}

extension FieldValue {
    static func enumeration(_ value: some WireEnum) -> FieldValue {
        .enumeration(word: value.word, number: value.rawValue)
    }

    static func map(_ entries: [String: String]) -> FieldValue { .map(entries.sortedByKeyBytes) }

    /// `.absent`, or the wrapped value as `kind` makes it.
    static func optional<Value>(_ value: Value?, _ kind: (Value) -> FieldValue) -> FieldValue {
        value.map(kind) ?? .absent
    }
}

extension [String: String] {
    /// The entries in the one order that encoding and printing use: by the UTF-8 bytes of their keys.
    var sortedByKeyBytes: [(key: String, value: String)] {
        sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }
}
