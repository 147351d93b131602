// One connection of a client, on its event loop: the counterpart of ServerConnection.
//
// Invariants; the first is asserted after everything that was read:
// 1. `calls` has an entry for every stream that is open in `state`, and no other.
// 2. A call's queue is ended exactly when its entry goes.
// 3. Nothing is read while too much waits for consumers; other calls on this connection wait with them.

import NIOCore
import TTRPC

final class ClientConnection: ChannelInboundHandler, ChannelOutboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    static let highWater = 256 << 10

    let outbound = OutboundGate(highWater: highWater)
    let readGate: ReadGate

    private let channel: any Channel
    private var context: ChannelHandlerContext?
    private var state = ClientConnectionState()
    private var decoder = FrameDecoder()
    private var calls: [StreamID: ClientCall] = [:]
    private var isClosed = false

    init(channel: any Channel) {
        self.channel = channel
        readGate = ReadGate(highWater: Self.highWater) { channel.read() }
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        close(TransportError.closed)
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        close(TransportError.closed)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    /// Ends all calls, now and to come.
    private func close(_ error: TransportError) {
        isClosed = true
        for id in calls.keys.sorted() { end(id) { $0.finish(error) } }
        outbound.close()
    }

    // MARK: - Sending

    /// Opens a call with its request, of which `counted` bytes stand in the outbound gate.
    func open(_ call: ClientCall, envelope: [UInt8], counted: Int) {
        do {
            guard !isClosed else { throw TransportError.closed }
            guard call.inbound.end == nil else { return outbound.leave(counted) }
            guard let header = state.open(call.kind.requestMode, bytes: envelope.count) else {
                throw TransportError.streamIDsExhausted
            }
            call.streamID.value = header.streamID
            calls[header.streamID] = call
            write(header, envelope, counted: counted)
        } catch {
            outbound.leave(counted)
            call.cancelDeadline()
            call.inbound.finish(error)
        }
    }

    /// Sends a message, or the end of the messages, of an upload; dropped when the call is over.
    func send(_ output: ClientConnectionState.Output, _ message: [UInt8], for call: ClientCall, counted: Int) {
        guard let id = call.streamID.value, let header = state.send(output, bytes: message.count, on: id) else {
            return outbound.leave(counted)
        }
        write(header, message, counted: counted)
    }

    /// Ends a call whose answer nobody waits for any more.
    func abandon(_ call: ClientCall, _ error: any Error) {
        call.inbound.fail(error)
        guard let id = call.streamID.value, calls[id] != nil else {
            call.cancelDeadline()
            return outbound.evict(call.key)
        }
        state.abandon(id)
        end(id) { $0.fail(error) }
    }

    private func write(_ header: FrameHeader, _ payload: [UInt8], counted: Int) {
        guard let context else { return outbound.leave(counted) }
        let promise = channel.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { [outbound] _ in outbound.leave(counted) }
        context.writeAndFlush(wrapOutboundOut(channel.allocator.buffer(header, payload)), promise: promise)
    }

    // MARK: - Receiving

    func read(context: ChannelHandlerContext) {
        // When the gate opens it reads again; nothing else has to be remembered.
        if readGate.isOpen { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        var offset = 0
        while !isClosed, let event = decoder.next(buffer.readableBytesSpan, from: &offset) {
            switch event {
            case .began: break
            case .frame(let frame): for action in state.receive(frame) { apply(action) }
            case .oversized(let header): apply(state.receiveOversized(header))
            case .broken(let header): apply(state.receiveBroken(header))
            }
        }
        assert(isClosed || calls.count == state.openStreams, "1: calls are those of the open streams")
    }

    private func apply(_ action: ClientConnectionState.Action) {
        switch action {
        case .message(let id, let message):
            guard let call = calls[id] else { return }
            guard call.kind == .serverStreaming else {
                state.abandon(id)
                return end(id) { $0.fail(TransportError.malformedPeer("more than one answer to a single call")) }
            }
            push(message, to: call)
        case .endOfMessages(let id):
            end(id) { queue in
                let isWhole = calls[id]?.kind == .serverStreaming
                queue.finish(isWhole ? nil : TransportError.malformedPeer("a stream that ends without its answer"))
            }
        case .response(let id, let envelope):
            guard let call = calls[id] else { return }
            let failure = take(envelope, for: call)
            end(id) { $0.finish(failure) }
        case .fail(let id, .violation(let violation)):
            end(id) { $0.fail(TransportError.malformedPeer(violation.message)) }
        case .fail(let id, .oversized(let bytes)):
            end(id) { $0.fail(TransportError.messageTooLarge(bytes: bytes, limit: decoder.maximumPayload)) }
        case .ignore: break
        case .closeConnection:
            close(TransportError.malformedPeer("a frame header whose reserved byte is in use"))
            context?.close(promise: nil)
        }
    }

    /// Opens a response's envelope: hands its message on, or returns the failure that it carries.
    private func take(_ envelope: [UInt8], for call: ClientCall) -> (any Error)? {
        let response: ResponseEnvelope
        do throws(EnvelopeError) {
            response = try ResponseEnvelope(serialized: envelope)
        } catch {
            return TransportError.malformedPeer(error.description)
        }
        if let failure = RPCFailure(response.status) { return failure }
        // A stream may end with an empty response that says nothing but that (PROTOCOL.md, "Streaming").
        if call.kind != .serverStreaming || !response.payload.isEmpty { push(response.payload, to: call) }
        return nil
    }

    private func push(_ message: [UInt8], to call: ClientCall) {
        readGate.add(MessageQueue<any Error>.cost(of: message))
        call.inbound.push(message)
    }

    private func end(_ id: StreamID, _ body: (MessageQueue<any Error>) -> Void) {
        guard let call = calls[id] else { return }
        body(call.inbound)
        calls[id] = nil
        call.cancelDeadline()
        outbound.evict(call.key)
    }
}
