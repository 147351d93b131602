// One connection of a server, on its event loop: it carries bytes to the state machine and its actions out.
//
//     socket -> FrameDecoder -> ServerConnectionState -> actions -> calls (ServerConnection+Calls.swift)
//     socket <- frames <- ServerConnectionState.send <- what calls send and return
//
// Invariants; the first is asserted after everything that was read:
// 1. A stream is open in `state` exactly while `calls` has an entry for it.
// 2. Bytes of messages are reserved in the uid's share before they are buffered: a frame's when its header came
//    (`frameReservation`), then by its call or its queue, and released once.
// 3. Nothing is read while too much waits for consumers (`readGate`) or for the kernel (writability).
// 4. A handler's stream counts in the uid's share until the handler returns, however its call ended.
// 5. The connection closes by itself when it is finished and everything was written.

import Logging
import NIOCore
import TTRPC

final class ServerConnection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    struct RunningCall {
        let call: ActiveCall
        let deadline: Scheduled<Void>?
    }

    let core: ServerCore
    let peer: PeerIdentity
    let eventLoop: any EventLoop
    let outbound: OutboundGate
    let readGate: ReadGate
    var state: ServerConnectionState
    var calls: [StreamID: RunningCall] = [:]

    private let verdict: AdmissionLedger.ConnectionVerdict
    private let channel: any Channel
    private var decoder: FrameDecoder
    private var context: ChannelHandlerContext?
    private var frameReservation = 0
    private var drainReason = TransportRefusal.draining
    private var isRegistered = false
    private var isReadHeld = false
    private var isClosing = false
    private var bytesRead: UInt64 = 0
    private var timers: [Scheduled<Void>] = []
    private var stallTimer: Scheduled<Void>?

    init(core: ServerCore, channel: any Channel, peer: PeerIdentity, verdict: AdmissionLedger.ConnectionVerdict) {
        self.core = core
        self.peer = peer
        self.verdict = verdict
        self.channel = channel
        let configuration = core.configuration
        eventLoop = channel.eventLoop
        outbound = OutboundGate(highWater: configuration.outboundHighWater)
        // Reading again goes through `read(context:)`, which looks at both conditions once more.
        readGate = ReadGate(highWater: configuration.inboundHighWater) { channel.read() }
        state = ServerConnectionState(maxStreams: verdict == .admitted ? configuration.maxStreamsPerConnection : 0)
        decoder = FrameDecoder(maximumPayload: configuration.frameLimit)
    }

    // MARK: - Life

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func channelActive(context: ChannelHandlerContext) {
        isRegistered = true
        core.logger.debug("connection opened", metadata: logMetadata())
        let isDraining = core.connectionOpened(NIOLoopBound(self, eventLoop: eventLoop), id: ObjectIdentifier(self))
        if isDraining { drain(because: .draining) }
        after(core.configuration.connectionMaximumAge) { $0.drain(because: .connectionExpired) }
        if verdict != .admitted { after(core.configuration.refusalTimeout) { $0.closeNow() } }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        endEverything()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        endEverything()
        for timer in timers { timer.cancel() }
        timers = []
        stallTimer?.cancel()
        self.context = nil
        core.admission { $0.releaseConnection(of: peer.uid, verdict) }
        if isRegistered { core.connectionClosed(ObjectIdentifier(self)) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        core.logger.debug("connection closes on an error", metadata: logMetadata(["error": "\(error)"]))
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed = event as? ChannelEvent {
            endFrame()
            apply(state.receiveEndOfInput())
            closeIfDone()
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// Refuses new calls from now on, and closes when the running ones are over.
    func drain(because reason: TransportRefusal) {
        drainReason = reason
        state.drain()
        closeIfDone()
    }

    /// Closes, whatever was not sent.
    func closeNow() { context?.close(promise: nil) }

    /// Closes once what was written is out, at the latest after a moment.
    private func closeSoon() {
        guard !isClosing else { return }
        isClosing = true
        endFrame()
        cutShortCalls()
        after(core.configuration.refusalTimeout) { $0.closeNow() }
        closeIfDone()
    }

    func closeIfDone() {
        guard isClosing || state.isFinished, calls.isEmpty, outbound.outstanding == 0 else { return }
        context?.close(promise: nil)
    }

    private func endEverything() {
        isClosing = true
        endFrame()
        cutShortCalls()
        outbound.close()
    }

    private func cutShortCalls() {
        for id in calls.keys.sorted() { endCall(id, core.cancelled) }
    }

    private func after(_ duration: Duration, _ body: @escaping @Sendable (ServerConnection) -> Void) {
        let connection = NIOLoopBound(self, eventLoop: eventLoop)
        timers.append(eventLoop.scheduleTask(in: TimeAmount(duration)) { body(connection.value) })
    }

    // MARK: - Reading

    func read(context: ChannelHandlerContext) {
        isReadHeld = !mayRead
        if mayRead { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isReadHeld, mayRead {
            isReadHeld = false
            context.read()
        }
        context.fireChannelWritabilityChanged()
    }

    private var mayRead: Bool { readGate.isOpen && channel.isWritable }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        bytesRead &+= UInt64(buffer.readableBytes)
        var offset = 0
        while !isClosing, let event = decoder.next(buffer.readableBytesSpan, from: &offset) { take(event) }
        assert(isClosing || calls.count == state.openStreams, "1: calls are those of the open streams")
        watchForStall()
    }

    private func take(_ event: FrameDecoder.Event) {
        switch event {
        case .began(let header):
            let bytes = Int(header.length) + MessageQueue<RPCFailure>.overhead
            if verdict != .admitted {
                decoder.discardFrame()
                apply([state.receiveUnread(header, .tooManyStreams(limit: 0))])
            } else if core.admission({ $0.reserve(bytes: bytes, of: peer.uid) }) {
                frameReservation = bytes
            } else {
                decoder.discardFrame()
                apply([state.receiveUnread(header, .noRoom(bytes: bytes))])
            }
        case .frame(let frame):
            let reserved = frameReservation
            frameReservation = 0
            apply(state.receive(frame), reserved: reserved)
        case .oversized(let header):
            apply([state.receiveUnread(header, .oversized(bytes: Int(header.length)))])
        case .broken(let header):
            apply(state.receiveBroken(header))
        }
    }

    private func apply(_ actions: [ServerConnectionState.Action], reserved: Int = 0) {
        var reserved = reserved
        for action in actions {
            switch action {
            case .open(let id, let mode, let payload):
                start(id, mode, envelope: payload, reserved: reserved)
                reserved = 0
            case .message(let id, let message):
                deliver(message, to: id, reserved: reserved)
                reserved = 0
            case .endOfMessages(let id):
                calls[id]?.call.inbound.finish()
            case .refuse(let id, let refusal, let endsCall):
                let failure = core.handler.failure(for: transportRefusal(refusal))
                if endsCall { endCall(id, failure) }
                answer(id, failure)
                if verdict != .admitted { closeSoon() }
            case .ignore(let header):
                core.logger.trace("frame ignored", metadata: logMetadata(["frame": "\(header)"]))
            case .closeConnection:
                closeSoon()
            }
        }
        release(bytes: reserved)
    }

    private func transportRefusal(_ refusal: ServerConnectionState.Refusal) -> TransportRefusal {
        switch refusal {
        case .violation(let violation): .protocolViolation(violation)
        case .oversized(let bytes): .messageTooLarge(bytes: bytes, limit: decoder.maximumPayload)
        case .noRoom: .tooManyBufferedBytes(limit: core.admission.limits.bytesPerUser)
        case .tooManyStreams(let limit):
            verdict == .admitted
                ? .tooManyStreamsOnConnection(limit: limit)
                : .tooManyConnections(limit: core.admission.limits.connectionsPerUser)
        case .draining: drainReason
        }
    }

    /// Forgets the unfinished frame, for the connection reads no more.
    private func endFrame() {
        decoder = FrameDecoder(maximumPayload: decoder.maximumPayload)
        release(bytes: frameReservation)
        frameReservation = 0
    }

    func release(bytes: Int) {
        if bytes > 0 { core.admission { $0.release(bytes: bytes, of: peer.uid) } }
    }

    /// Closes the connection when a begun frame makes no progress though we would read it.
    private func watchForStall() {
        guard decoder.isMidFrame, stallTimer == nil else { return }
        let connection = NIOLoopBound(self, eventLoop: eventLoop)
        let seen = bytesRead
        stallTimer = eventLoop.scheduleTask(in: TimeAmount(core.configuration.stalledFrameTimeout)) {
            connection.value.checkForStall(since: seen)
        }
    }

    private func checkForStall(since seen: UInt64) {
        stallTimer = nil
        guard decoder.isMidFrame else { return }
        if bytesRead == seen, !isReadHeld {
            core.logger.info("connection closes: a frame stopped in its middle", metadata: logMetadata())
            closeNow()
        } else {
            watchForStall()
        }
    }

    // MARK: - Writing

    /// Writes a frame of which `counted` bytes stand in the outbound gate and `reserved` in the uid's share.
    func write(_ header: FrameHeader, _ payload: [UInt8], counted: Int, reserved: Int) {
        guard let context else {
            outbound.leave(counted)
            release(bytes: reserved)
            return
        }
        let promise = eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { _ in
            self.outbound.leave(counted)
            self.release(bytes: reserved)
            self.closeIfDone()
        }
        context.writeAndFlush(wrapOutboundOut(channel.allocator.buffer(header, payload)), promise: promise)
    }

    /// Writes a failure on a stream that `state` has ended already, or never knew.
    func answer(_ id: StreamID, _ failure: RPCFailure) {
        let payload = failure.envelope(limit: decoder.maximumPayload)
        let header = FrameHeader(length: UInt32(clamping: payload.count), streamID: id, type: .response)
        let counted = FrameHeader.byteCount + payload.count
        outbound.force(counted)
        write(header, payload, counted: counted, reserved: 0)
    }

    func logMetadata(_ more: Logger.Metadata = [:]) -> Logger.Metadata {
        more.merging(["uid": "\(peer.uid)", "pid": "\(peer.pid)"]) { mine, _ in mine }
    }
}
