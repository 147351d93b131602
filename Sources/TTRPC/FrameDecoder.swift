// Cuts a byte stream into frames; the header's table is in Frame.swift.
//
// Transitions, and what performs each:
//
//     header -> payload       the tenth byte of a header (`takeHeaderByte`, which says `began`)
//     header -> skipping      the tenth byte of a header over the limit (`oversized`)
//     header -> broken        the tenth byte of a header that uses the reserved byte; for good
//     payload -> header       its last byte (`next`, which says `frame`)
//     payload -> skipping     `discardFrame`
//     skipping -> header      its last byte (`next`)
//
// Invariants; `checkInvariants` asserts 2 to 5 after each step:
// 1. How the bytes are split over calls does not change which events come out.
// 2. A payload is buffered as it arrives, never ahead of it: a header alone reserves no memory beyond `firstReserve`.
// 3. The buffer belongs to one frame and leaves with it: between frames nothing is held.
// 4. An oversized or refused payload is counted down and never stored.
// 5. After a broken header no byte is read any more.

/// An incremental decoder of frames: bytes in, events out, in any split.
///
/// Call `next` with the same input until it returns `nil`; then all of that input is taken.
public struct FrameDecoder: ~Copyable, Sendable {
    public enum Event: Sendable, Hashable {
        /// A frame of a legal size begins; `discardFrame` now makes the decoder skip its payload.
        case began(FrameHeader)
        /// The frame that began is whole.
        case frame(Frame)
        /// A frame over the limit begins; its payload is skipped as it arrives.
        case oversized(FrameHeader)
        /// The header uses the reserved byte; nothing more will be read.
        case broken(FrameHeader)
    }

    private enum Phase: Sendable {
        case header
        case payload(FrameHeader)
        case skipping(UInt32)
        case broken
    }

    /// Largest payload in bytes that becomes a frame.
    public let maximumPayload: Int

    private static let firstReserve = 64 << 10

    private var phase = Phase.header
    private var words: (lengthAndStream: UInt64, typeAndFlags: UInt16) = (0, 0)
    private var headerBytes = 0
    private var payload: [UInt8] = []

    /// - Parameter maximumPayload: bytes; values outside 0...4 MiB are brought into that range.
    public init(maximumPayload: Int = FrameHeader.maximumPayload) {
        self.maximumPayload = min(max(0, maximumPayload), FrameHeader.maximumPayload)
    }

    /// Bytes of the unfinished frame that are held.
    public var bufferedBytes: Int { headerBytes + payload.count }

    /// Whether the input so far ends inside a frame.
    public var isMidFrame: Bool {
        switch phase {
        case .header: headerBytes > 0
        case .payload, .skipping: true
        case .broken: false
        }
    }

    /// Takes bytes of `input` from `offset` on until one event is complete, and moves `offset` behind them.
    ///
    /// - Returns: the event, or `nil` when the input is used up.
    public mutating func next(_ input: borrowing RawSpan, from offset: inout Int) -> Event? {
        defer { checkInvariants() }
        while true {
            let available = max(0, input.byteCount - offset)
            switch phase {
            case .header:
                guard available > 0 else { return nil }
                if let event = takeHeaderByte(input.unsafeLoad(fromByteOffset: offset, as: UInt8.self)) {
                    offset += 1
                    return event
                }
                offset += 1
            case .payload(let header):
                let missing = Int(header.length) - payload.count
                guard missing > 0 else {
                    phase = .header
                    defer { payload = [] }
                    return .frame(Frame(header: header, payload: payload))
                }
                guard available > 0 else { return nil }
                let taken = min(missing, available)
                if payload.isEmpty {
                    payload.reserveCapacity(missing <= available ? missing : min(missing, Self.firstReserve))
                }
                input.extracting(offset..<offset + taken).withUnsafeBytes { payload.append(contentsOf: $0) }
                offset += taken
            case .skipping(let remaining):
                guard remaining > 0 else {
                    phase = .header
                    continue
                }
                guard available > 0 else { return nil }
                let taken = UInt32(clamping: min(Int(remaining), available))
                offset += Int(taken)
                phase = .skipping(remaining - taken)
            case .broken:
                offset = max(offset, input.byteCount)
                return nil
            }
        }
    }

    /// Skips the rest of the frame that began, for a caller that has no room for it.
    ///
    /// Does nothing between frames.
    public mutating func discardFrame() {
        guard case .payload(let header) = phase else { return }
        phase = .skipping(header.length - UInt32(clamping: payload.count))
        payload = []
        checkInvariants()
    }

    private mutating func takeHeaderByte(_ byte: UInt8) -> Event? {
        if headerBytes < 8 {
            words.lengthAndStream = words.lengthAndStream << 8 | UInt64(byte)
        } else {
            words.typeAndFlags = words.typeAndFlags << 8 | UInt16(byte)
        }
        headerBytes += 1
        guard headerBytes == FrameHeader.byteCount else { return nil }
        let header = FrameHeader(wireWords: words)
        headerBytes = 0
        words = (0, 0)
        if header.isBroken {
            phase = .broken
            return .broken(header)
        }
        if Int(header.length) > maximumPayload {
            phase = .skipping(header.length)
            return .oversized(header)
        }
        phase = .payload(header)
        return .began(header)
    }

    private func checkInvariants() {
        switch phase {
        case .header:
            assert(payload.isEmpty && headerBytes < FrameHeader.byteCount, "3: nothing is held between frames")
        case .payload(let header):
            assert(
                headerBytes == 0 && payload.count <= Int(header.length),
                "2: a payload is no longer than its header says")
            assert(Int(header.length) <= maximumPayload, "2: a payload is within the limit")
        case .skipping: assert(headerBytes == 0 && payload.isEmpty, "4: what is skipped is not stored")
        case .broken: assert(headerBytes == 0 && payload.isEmpty, "5: nothing is read after a broken header")
        }
    }
}
