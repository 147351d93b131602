/// A protobuf message as a Swift value; every conformance is generated from a `.proto` file.
///
/// Encoding and decoding go through protobuf-c. Encoding is deterministic: fields in the order of their numbers, map entries
/// sorted by the bytes of their keys, unset and default fields left out. Fields that the schema does not know are skipped
/// and do not survive a round trip.
public protocol WireMessage: Sendable, Equatable {
    /// The full protobuf name, `reviewpack.v1.Pack`.
    static var fullName: String { get }

    /// The message with every field unset.
    init()

    /// Decodes one message that fills `bytes` to the end; the bytes are copied and need not outlive the call.
    init(serialized bytes: UnsafeRawBufferPointer, limits: WireLimits) throws(WireError)

    /// The message's bytes.
    ///
    /// A NUL character in a string is written as U+FFFD, because protobuf-c would cut the string there in silence: values of
    /// ours never hold one, and decoding refuses it.
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
