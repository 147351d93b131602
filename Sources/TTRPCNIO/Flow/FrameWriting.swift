import NIOCore
import TTRPC

extension ByteBufferAllocator {
    /// One frame as it goes to the socket.
    func buffer(_ header: FrameHeader, _ payload: [UInt8]) -> ByteBuffer {
        var buffer = buffer(capacity: FrameHeader.byteCount + payload.count)
        let words = header.wireWords
        buffer.writeInteger(words.lengthAndStream)
        buffer.writeInteger(words.typeAndFlags)
        buffer.writeBytes(payload)
        return buffer
    }
}

extension TimeAmount {
    /// The duration for a timer of an event loop, at most a year, so that no clock overflows.
    init(_ duration: Duration) {
        let bounded = min(max(duration, .zero), .seconds(365 * 24 * 3600))
        self = .nanoseconds(bounded.components.seconds * 1_000_000_000 + bounded.components.attoseconds / 1_000_000_000)
    }
}
