internal import CProtobufC

/// What the generated code adds to a message so that the runtime can carry it over protobuf-c.
///
/// `CMessage` is the struct that protoc-c made for the message; its first member is always `ProtobufCMessage base`.
protocol CBacked: WireMessage {
    associatedtype CMessage

    /// Sets every member of `c` to its default, as the message's `__init` function does.
    static func initialize(_ c: UnsafeMutablePointer<CMessage>)

    /// Reads an unpacked struct whose strings and bytes lie in `arena`.
    init(reading c: UnsafePointer<CMessage>, in arena: borrowing DecodingArena) throws(WireError)

    /// Fills an initialised struct with pointers into `arena`.
    func fill(_ c: UnsafeMutablePointer<CMessage>, in arena: inout EncodingArena)
}

extension CBacked {
    /// Decodes by protobuf-c within `limits`, then copies into Swift values; the arena is freed in one go.
    ///
    /// A bytes field is copied by protobuf-c into the arena and from there into its array: the library offers no way to
    /// unpack in place.
    static func decode(_ bytes: UnsafeRawBufferPointer, _ limits: WireLimits) throws(WireError) -> Self {
        guard bytes.count <= limits.maxMessageBytes else {
            throw .messageTooLarge(bytes: bytes.count, limit: limits.maxMessageBytes)
        }
        let cap = limits.memoryCap(forMessageOf: bytes.count)
        let arena = DecodingArena(cap: cap, expecting: bytes.count)
        guard let unpacked = arena.unpack(bytes, as: Self.self) else {
            throw arena.capReached
                ? .memoryLimitExceeded(message: fullName, limit: cap) : .malformed(message: fullName)
        }
        return try Self(reading: unpacked, in: arena)
    }

    /// Encodes by protobuf-c into an array of exactly the needed size.
    ///
    /// - Parameter large: a bytes field of this message that is read in place; all others are copied into the arena
    /// first.
    func encode(readingInPlace large: [UInt8] = []) -> [UInt8] {
        large.withUnsafeBufferPointer { pinned in
            var arena = EncodingArena(pinned: pinned)
            let c = arena.filled(self)
            return c.withMemoryRebound(to: ProtobufCMessage.self, capacity: 1) { base in
                let size = protobuf_c_message_get_packed_size(base)
                // Of no bytes there is one array in the process, which all threads would write their count into.
                guard size > 0 else { return [] }
                return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                    guard let start = buffer.baseAddress else { return }
                    count = protobuf_c_message_pack(base, start)
                }
            }
        }
    }
}
