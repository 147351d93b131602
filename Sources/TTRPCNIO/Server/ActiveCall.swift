import Synchronization
import TTRPC

/// A call whose handler runs: what its connection and its handler's task share.
///
/// It ends once: because its handler has returned, or before that, by `cutShort`, because the deadline passed, the
/// caller went away, the protocol was broken or the server drains. Only the latter cancel the task.
final class ActiveCall: Sendable {
    private struct State {
        var task: Task<Void, Never>?
        var failure: RPCFailure?
    }

    let streamID: StreamID
    let descriptor: MethodDescriptor
    let inbound: MessageQueue<RPCFailure>
    /// Bytes of the caller's share that the call holds for its request until its handler returns.
    let heldBytes: Int

    private let state = Mutex(State())

    init(streamID: StreamID, descriptor: MethodDescriptor, inbound: MessageQueue<RPCFailure>, heldBytes: Int) {
        self.streamID = streamID
        self.descriptor = descriptor
        self.inbound = inbound
        self.heldBytes = heldBytes
    }

    /// Why the call was cut short; `nil` while it was not.
    var failure: RPCFailure? { state.withLock { $0.failure } }

    /// Gives the call its handler's task, and cancels that at once if the call has been cut short already.
    func attach(_ task: Task<Void, Never>) {
        let isOver = state.withLock { state in
            state.task = task
            return state.failure != nil
        }
        if isOver { task.cancel() }
    }

    /// Cuts the call short: its messages are freed, its handler sees `failure` from both directions and is cancelled.
    func cutShort(_ failure: RPCFailure) {
        let task: Task<Void, Never>? = state.withLock { state in
            guard state.failure == nil else { return nil }
            state.failure = failure
            return state.task
        }
        inbound.fail(failure)
        task?.cancel()
    }
}
