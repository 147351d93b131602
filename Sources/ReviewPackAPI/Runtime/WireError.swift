/// Why the bytes of a message were refused.
///
/// `field` is the full name of the field, `reviewpack.v1.Pack.tenant_name`. No case carries bytes of the input, so an
/// error may be logged and sent back.
public enum WireError: Error, Hashable, Sendable {
    /// The bytes are no protobuf encoding of the message: a truncated value, an over-long varint, a wrong wire type.
    case malformed(message: String)
    /// A string field holds bytes that are not UTF-8, which proto3 forbids.
    case invalidUTF8(field: String)
    /// A string field holds U+0000, which no value of ours may contain.
    case embeddedNUL(field: String)
    /// A timestamp lies outside the years 0001 to 9999, or its nanoseconds outside 0...999,999,999.
    case timestampOutOfRange(field: String)
    /// The encoded message is longer than `WireLimits.maxMessageBytes`.
    case messageTooLarge(bytes: Int, limit: Int)
    /// Unpacking asks for more memory than a message of this size may need, as many empty sub-messages do.
    case memoryLimitExceeded(message: String, limit: Int)
}

extension WireError {
    /// A stable word for programs, in the style of `google.rpc.ErrorInfo.reason`.
    public var reason: String {
        switch self {
        case .malformed: "MALFORMED_MESSAGE"
        case .invalidUTF8: "INVALID_UTF8"
        case .embeddedNUL: "EMBEDDED_NUL"
        case .timestampOutOfRange: "TIMESTAMP_OUT_OF_RANGE"
        case .messageTooLarge: "MESSAGE_TOO_LARGE"
        case .memoryLimitExceeded: "MESSAGE_TOO_COMPLEX"
        }
    }

    /// The full name of the field at fault, where one field is.
    public var field: String? {
        switch self {
        case .invalidUTF8(let field), .embeddedNUL(let field), .timestampOutOfRange(let field): field
        case .malformed, .messageTooLarge, .memoryLimitExceeded: nil
        }
    }
}

extension WireError: CustomStringConvertible {
    /// One sentence that says what is wrong and what to do about it.
    public var description: String {
        switch self {
        case .malformed(let message):
            "the bytes are not a valid \(message): encode it with the reviewpack.v1 protos"
        case .invalidUTF8(let field):
            "\(field) is not valid UTF-8: send text as UTF-8 and other data in a bytes field"
        case .embeddedNUL(let field):
            "\(field) contains a NUL character: remove it"
        case .timestampOutOfRange(let field):
            "\(field) is outside 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z: send a time within"
        case .messageTooLarge(let bytes, let limit):
            "the message has \(bytes) bytes and the limit is \(limit): send it in smaller parts"
        case .memoryLimitExceeded(let message, let limit):
            "the \(message) needs more than \(limit) bytes of memory to unpack: send fewer elements in one message"
        }
    }
}

/// Bounds that decoding holds a message to, whatever its bytes say.
///
/// A byte on the wire can ask for many bytes of memory: an empty sub-message takes two on the wire and some hundred
/// when unpacked. The memory of one decoding is therefore capped at `baseMemory + memoryPerByte * size` and at
/// `maxMemory`. Honest messages stay well below: a page of packs takes eight bytes for each of its bytes, one of role
/// bindings fourteen.
public struct WireLimits: Sendable, Hashable {
    /// Greatest length of an encoded message in bytes, 0 or more.
    public var maxMessageBytes: Int
    /// Memory in bytes that even the smallest message may take.
    public var baseMemory: Int
    /// Further memory in bytes for each byte of the encoded message.
    public var memoryPerByte: Int
    /// Memory in bytes that no message may pass.
    public var maxMemory: Int

    public init(
        maxMessageBytes: Int = 4 << 20, baseMemory: Int = 64 << 10, memoryPerByte: Int = 24, maxMemory: Int = 32 << 20
    ) {
        self.maxMessageBytes = maxMessageBytes
        self.baseMemory = baseMemory
        self.memoryPerByte = memoryPerByte
        self.maxMemory = maxMemory
    }

    /// Messages of up to 4 MiB, the greatest data length of a ttrpc frame (PROTOCOL.md of containerd/ttrpc).
    public static let `default` = WireLimits()

    /// The memory in bytes that unpacking a message of `size` bytes may take.
    func memoryCap(forMessageOf size: Int) -> Int {
        let (perByte, overflow) = memoryPerByte.multipliedReportingOverflow(by: size)
        let (sum, overflowOfSum) = baseMemory.addingReportingOverflow(perByte)
        return overflow || overflowOfSum ? maxMemory : min(sum, maxMemory)
    }
}
