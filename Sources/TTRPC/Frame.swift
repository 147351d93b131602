// The header of a ttrpc frame (protocol 1.2), 10 bytes, integers big endian:
//
//     offset  bytes  field
//          0      4  length of the payload that follows the header; at most 4 MiB, so byte 0 is 0 (reserved)
//          4      4  stream id; odd = opened by the client
//          8      1  message type: 1 request, 2 response, 3 data
//          9      1  flags: 0x01 remote closed, 0x02 remote open, 0x04 no data
//
// Source: containerd/ttrpc, PROTOCOL.md, "Message Frame" and "Message Types".

/// The number of a stream on its connection; odd when the client opened it, which is the only kind in use.
public struct StreamID: RawRepresentable, Sendable, Hashable, Comparable {
    public var rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }

    /// Whether a client may open a stream of this id.
    public var isClientInitiated: Bool { rawValue & 1 == 1 }

    public static func < (left: StreamID, right: StreamID) -> Bool { left.rawValue < right.rawValue }
}

/// What a frame carries; values other than the three named ones are left to later versions of the protocol.
public struct MessageType: RawRepresentable, Sendable, Hashable {
    public var rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Opens a stream; from the client.
    public static let request = MessageType(rawValue: 1)
    /// Ends a stream with a result or a status; from the server.
    public static let response = MessageType(rawValue: 2)
    /// One message of an open stream; from either side.
    public static let data = MessageType(rawValue: 3)
}

/// The flags of a frame, said from the sender to its peer: "remote" is the sender.
public struct FrameFlags: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The sender sends no more messages on this stream.
    public static let remoteClosed = FrameFlags(rawValue: 0x01)
    /// On a request: more messages follow as data frames.
    public static let remoteOpen = FrameFlags(rawValue: 0x02)
    /// On data: there is no message in this frame; without it, an empty payload is an empty message.
    public static let noData = FrameFlags(rawValue: 0x04)
}

/// The ten bytes before a payload, decoded.
public struct FrameHeader: Sendable, Hashable {
    /// Bytes of a header on the wire.
    public static let byteCount = 10
    /// The largest payload that the protocol allows: 4 MiB.
    public static let maximumPayload = 4 << 20

    /// Bytes of the payload, as the header claims them.
    public var length: UInt32
    public var streamID: StreamID
    public var type: MessageType
    public var flags: FrameFlags

    public init(length: UInt32, streamID: StreamID, type: MessageType, flags: FrameFlags = []) {
        self.length = length
        self.streamID = streamID
        self.type = type
        self.flags = flags
    }

    /// The header from its wire bytes: the first eight and the last two, each read as one big-endian integer.
    public init(wireWords words: (lengthAndStream: UInt64, typeAndFlags: UInt16)) {
        length = UInt32(truncatingIfNeeded: words.lengthAndStream >> 32)
        streamID = StreamID(UInt32(truncatingIfNeeded: words.lengthAndStream))
        type = MessageType(rawValue: UInt8(truncatingIfNeeded: words.typeAndFlags >> 8))
        flags = FrameFlags(rawValue: UInt8(truncatingIfNeeded: words.typeAndFlags))
    }

    /// The wire bytes, as two integers to be written big endian one after the other.
    public var wireWords: (lengthAndStream: UInt64, typeAndFlags: UInt16) {
        (UInt64(length) << 32 | UInt64(streamID.rawValue), UInt16(type.rawValue) << 8 | UInt16(flags.rawValue))
    }

    /// Whether the reserved first byte is in use: then the peer does not speak this protocol, and where its next
    /// frame begins is anyone's guess.
    public var isBroken: Bool { length >> 24 != 0 }
}

/// One whole frame.
public struct Frame: Sendable, Hashable {
    /// The header; its `length` is the payload's.
    public var header: FrameHeader
    public var payload: [UInt8]

    public init(header: FrameHeader, payload: [UInt8]) {
        self.header = header
        self.payload = payload
    }

    /// A frame with a header that fits its payload, which must have at most `FrameHeader.maximumPayload` bytes.
    public init(streamID: StreamID, type: MessageType, flags: FrameFlags = [], payload: [UInt8] = []) {
        header = FrameHeader(
            length: UInt32(clamping: payload.count), streamID: streamID, type: type, flags: flags)
        self.payload = payload
    }
}

/// Turns frames into wire bytes; the table is at the top of this file.
public enum FrameEncoder {
    /// The header's ten bytes.
    public static func encode(_ header: FrameHeader) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(FrameHeader.byteCount)
        append(header, to: &bytes)
        return bytes
    }

    /// The whole frame's bytes, header first.
    public static func encode(_ frame: Frame) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(FrameHeader.byteCount + frame.payload.count)
        append(frame.header, to: &bytes)
        bytes.append(contentsOf: frame.payload)
        return bytes
    }

    private static func append(_ header: FrameHeader, to bytes: inout [UInt8]) {
        let words = header.wireWords
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: words.lengthAndStream >> UInt64(shift)))
        }
        bytes.append(UInt8(truncatingIfNeeded: words.typeAndFlags >> 8))
        bytes.append(UInt8(truncatingIfNeeded: words.typeAndFlags))
    }
}
