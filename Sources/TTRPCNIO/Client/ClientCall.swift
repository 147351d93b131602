import NIOCore
import Synchronization
import TTRPC

/// One call of a client: what its caller's task and its connection share.
final class ClientCall: Sendable {
    let kind: StreamingKind
    /// Its number on this connection, for the outbound gate.
    let key: OutboundGate.CallKey
    /// What the server answers; for the two kinds with one answer, that alone.
    let inbound: MessageQueue<any Error>
    /// Its stream, once it is open. Belongs to the event loop.
    let streamID: NIOLoopBoundBox<StreamID?>

    private let deadline = Mutex<Scheduled<Void>?>(nil)

    init(
        kind: StreamingKind, key: OutboundGate.CallKey, eventLoop: any EventLoop,
        onRelease: @escaping @Sendable (Int) -> Void
    ) {
        self.kind = kind
        self.key = key
        inbound = MessageQueue(cancelled: CancellationError(), onRelease: onRelease)
        streamID = .makeEmptyBox(valueType: StreamID.self, eventLoop: eventLoop)
    }

    func setDeadline(_ timer: Scheduled<Void>) { deadline.withLock { $0 = timer } }

    func cancelDeadline() {
        deadline.withLock { timer in
            defer { timer = nil }
            return timer
        }?.cancel()
    }

    /// What a caller gets who cannot send any more.
    var sendFailure: any Error {
        if case .failure(let error) = inbound.end { return error }
        return Task.isCancelled ? CancellationError() : TransportError.closed
    }
}
