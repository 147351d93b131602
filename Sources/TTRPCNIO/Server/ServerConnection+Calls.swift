import NIOCore
import TTRPC

/// What a handler returned, encoded off the event loop.
struct CallOutcome: Sendable {
    let output: ServerConnectionState.Output
    let payload: [UInt8]

    /// - Parameter limit: bytes that a frame may carry.
    init(
        _ result: Result<[UInt8]?, RPCFailure>, of kind: StreamingKind, limit: Int, handler: some CallHandler
    ) {
        switch result {
        case .failure(let failure):
            output = .response
            payload = failure.envelope(limit: limit)
        case .success(let message):
            let encoded =
                kind == .serverStreaming ? message ?? [] : ResponseEnvelope(payload: message ?? []).serialized()
            guard encoded.count <= limit else {
                let refusal = TransportRefusal.responseTooLarge(bytes: encoded.count, limit: limit)
                output = .response
                payload = handler.failure(for: refusal).envelope(limit: limit)
                return
            }
            payload = encoded
            output =
                switch (kind, message) {
                case (.serverStreaming, .some): .lastMessage
                case (.serverStreaming, nil): .endOfMessages
                case (.unary, _), (.clientStreaming, _): .response
                }
        }
    }
}

extension ServerConnection {
    /// Starts the call that a request frame asks for, or answers why not.
    func start(_ id: StreamID, _ mode: RequestMode, envelope: [UInt8], reserved: Int) {
        do throws(RPCFailure) {
            let request = try decode(envelope)
            guard let route = core.handler.route(service: request.service, method: request.method) else {
                throw core.handler.unimplemented(service: request.service, method: request.method)
            }
            let descriptor = route.descriptor
            if let violation = descriptor.kind.violation(calledAs: mode) {
                throw core.handler.failure(for: .protocolViolation(violation))
            }
            try check(request.payload, against: descriptor)
            let timeout = try timeout(request.timeoutNanoseconds, of: descriptor)
            guard core.admission({ $0.admitStream(of: peer.uid) }) else {
                throw core.handler.failure(
                    for: .tooManyStreamsOfUser(limit: core.admission.limits.streamsPerUser))
            }
            run(request, route, on: id, mode, timeout: timeout, reserved: reserved)
        } catch {
            release(bytes: reserved)
            respond(id, with: error)
        }
    }

    private func decode(_ envelope: [UInt8]) throws(RPCFailure) -> RequestEnvelope {
        do throws(EnvelopeError) {
            return try RequestEnvelope(serialized: envelope)
        } catch {
            throw core.handler.failure(for: .malformedRequest(error))
        }
    }

    private func check(_ message: [UInt8], against descriptor: MethodDescriptor) throws(RPCFailure) {
        guard message.count > descriptor.requestLimit else { return }
        throw core.handler.failure(
            for: .messageTooLarge(bytes: message.count, limit: descriptor.requestLimit))
    }

    private func timeout(_ nanoseconds: Int64, of descriptor: MethodDescriptor) throws(RPCFailure) -> Duration? {
        do throws(EnvelopeError) {
            return try descriptor.timeout(requestedNanoseconds: nanoseconds)
        } catch {
            throw core.handler.failure(for: .malformedRequest(error))
        }
    }

    private func run(
        _ request: RequestEnvelope, _ route: CallRoute, on id: StreamID, _ mode: RequestMode, timeout: Duration?,
        reserved: Int
    ) {
        let descriptor = route.descriptor
        let inbound = makeQueue()
        var held = reserved
        if descriptor.kind == .clientStreaming, !request.payload.isEmpty {
            // The envelope's frame was longer than the message in it, so the reservation covers both parts.
            held -= MessageQueue<RPCFailure>.cost(of: request.payload)
            readGate.add(MessageQueue<RPCFailure>.cost(of: request.payload))
            inbound.push(request.payload)
        }
        if descriptor.kind != .clientStreaming || mode != .remoteOpen { inbound.finish() }

        let call = ActiveCall(streamID: id, descriptor: descriptor, inbound: inbound, heldBytes: held)
        let serverCall = ServerCall(
            peer: peer, descriptor: descriptor, metadata: request.metadata.map { ($0.name, $0.value) },
            ordinal: core.nextOrdinal(), deadline: timeout.map { ContinuousClock.now + $0 },
            request: descriptor.kind == .clientStreaming ? [] : request.payload,
            inbound: InboundMessages(queue: inbound), send: makeSender(for: call))
        let connection = NIOLoopBound(self, eventLoop: eventLoop)
        let timer = timeout.map { timeout in
            eventLoop.scheduleTask(in: TimeAmount(timeout)) { connection.value.cutShort(id, .deadlineExceeded) }
        }
        calls[id] = RunningCall(call: call, deadline: timer)
        core.tracker.handlerStarted()
        let (handler, limit) = (core.handler, core.configuration.frameLimit)
        let task = Task {
            let result: Result<[UInt8]?, RPCFailure>
            do throws(RPCFailure) {
                result = .success(try await route.answer(serverCall))
            } catch {
                result = .failure(error)
            }
            let outcome = CallOutcome(result, of: descriptor.kind, limit: limit, handler: handler)
            connection.eventLoop.execute { connection.value.finish(call, outcome) }
        }
        call.attach(task)
    }

    private func makeQueue() -> MessageQueue<RPCFailure> {
        let (admission, gate, uid) = (core.admission, readGate, peer.uid)
        return MessageQueue(cancelled: core.cancelled) { bytes in
            admission { $0.release(bytes: bytes, of: uid) }
            gate.remove(bytes)
        }
    }

    /// Hands a message of the caller to its call.
    func deliver(_ message: [UInt8], to id: StreamID, reserved: Int) {
        guard let call = calls[id]?.call else { return release(bytes: reserved) }
        do throws(RPCFailure) {
            guard call.descriptor.kind == .clientStreaming else {
                throw core.handler.failure(for: .protocolViolation(.messagesNotTaken))
            }
            try check(message, against: call.descriptor)
            readGate.add(reserved)
            call.inbound.push(message)
        } catch {
            release(bytes: reserved)
            endCall(id, error)
            respond(id, with: error)
        }
    }

    // MARK: - What handlers send

    /// The closure behind `ServerCall.send`; runs in the handler's task.
    private func makeSender(for call: ActiveCall) -> @Sendable ([UInt8]) async throws(RPCFailure) -> Void {
        let (core, outbound, uid, id) = (core, outbound, peer.uid, call.streamID)
        let connection = NIOLoopBound(self, eventLoop: eventLoop)
        return { (message) async throws(RPCFailure) in
            guard call.descriptor.kind == .serverStreaming else {
                throw RPCFailure(code: .internal, message: "\(call.descriptor.method) does not stream its answer")
            }
            let limit = core.configuration.frameLimit
            guard message.count <= limit else {
                throw core.handler.failure(for: .responseTooLarge(bytes: message.count, limit: limit))
            }
            if let failure = call.failure { throw failure }
            let bytes = FrameHeader.byteCount + message.count
            guard core.admission({ $0.reserve(bytes: bytes, of: uid) }) else {
                throw core.handler.failure(for: .tooManyBufferedBytes(limit: core.admission.limits.bytesPerUser))
            }
            guard await outbound.enter(bytes, for: UInt64(id.rawValue)) else {
                core.admission { $0.release(bytes: bytes, of: uid) }
                throw call.failure ?? core.cancelled
            }
            connection.eventLoop.execute { connection.value.send(message, for: call, bytes: bytes) }
        }
    }

    private func send(_ message: [UInt8], for call: ActiveCall, bytes: Int) {
        guard calls[call.streamID]?.call === call,
            let header = state.send(.message, bytes: message.count, on: call.streamID)
        else {
            outbound.leave(bytes)
            release(bytes: bytes)
            return closeIfDone()
        }
        write(header, message, counted: bytes, reserved: bytes)
    }

    /// The handler has returned: gives back what its call held and sends the outcome, if anybody still waits for it.
    private func finish(_ call: ActiveCall, _ outcome: CallOutcome) {
        defer { core.tracker.handlerEnded() }
        core.admission { ledger in
            ledger.releaseStream(of: peer.uid)
            ledger.release(bytes: call.heldBytes, of: peer.uid)
        }
        call.inbound.fail(core.cancelled)
        guard let running = calls[call.streamID], running.call === call else { return }
        calls[call.streamID] = nil
        running.deadline?.cancel()
        let bytes = FrameHeader.byteCount + outcome.payload.count
        guard core.admission({ $0.reserve(bytes: bytes, of: peer.uid) }) else {
            let refusal = TransportRefusal.tooManyBufferedBytes(limit: core.admission.limits.bytesPerUser)
            return respond(call.streamID, with: core.handler.failure(for: refusal))
        }
        guard let header = state.send(outcome.output, bytes: outcome.payload.count, on: call.streamID) else {
            return release(bytes: bytes)
        }
        outbound.force(bytes)
        write(header, outcome.payload, counted: bytes, reserved: bytes)
    }

    // MARK: - Calls that end before their handler

    /// Ends a call with an answer of the transport's own.
    func cutShort(_ id: StreamID, _ refusal: TransportRefusal) {
        let failure = core.handler.failure(for: refusal)
        endCall(id, failure)
        respond(id, with: failure)
    }

    /// Ends every call that runs.
    func cancelCalls(_ refusal: TransportRefusal) {
        for id in calls.keys.sorted() { cutShort(id, refusal) }
    }

    /// Cuts a call short without answering it.
    func endCall(_ id: StreamID, _ failure: RPCFailure) {
        guard let running = calls.removeValue(forKey: id) else { return }
        running.deadline?.cancel()
        running.call.cutShort(failure)
        outbound.evict(UInt64(id.rawValue))
    }

    /// Answers a stream that is open in `state` with a failure, which ends it.
    private func respond(_ id: StreamID, with failure: RPCFailure) {
        guard state.send(.response, bytes: 0, on: id) != nil else { return }
        answer(id, failure)
    }
}
