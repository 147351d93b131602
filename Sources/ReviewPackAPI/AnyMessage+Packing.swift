extension GoogleProtobuf.AnyMessage {
    /// Packs `message` under the conventional prefix `type.googleapis.com/`.
    public init(packing message: some WireMessage) {
        self.init(typeURL: "type.googleapis.com/\(type(of: message).fullName)", value: message.serialized())
    }

    /// The full name of the packed message: what follows the last `/` of the type URL, whatever stands before it.
    public var messageName: String {
        String(typeURL[(typeURL.lastIndex(of: "/").map(typeURL.index(after:)) ?? typeURL.startIndex)...])
    }

    /// The packed message; throws `typeMismatch` when another type was packed.
    public func unpacked<M: WireMessage>(
        as type: M.Type, limits: WireLimits = .default
    ) throws(WireError) -> M {
        guard messageName == M.fullName else { throw .typeMismatch(expected: M.fullName, found: messageName) }
        return try M(serialized: value, limits: limits)
    }
}

extension GoogleRPC.Status {
    /// The first detail of the given type that decodes; nil when there is none.
    public func detail<M: WireMessage>(_ type: M.Type) -> M? {
        for any in details where any.messageName == M.fullName {
            if let message = try? any.unpacked(as: type) { return message }
        }
        return nil
    }
}
