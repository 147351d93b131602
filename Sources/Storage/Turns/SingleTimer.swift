import Dispatch
import Synchronization

/// One timer at a time: whoever asks for it while it runs is served by the one that runs.
package final class SingleTimer: Sendable {
    private let isSet = Atomic(false)

    package init() {}

    /// Runs `body` after the delay, unless a timer runs already. `body` may set the timer again.
    package func set(seconds: Int, _ body: @escaping @Sendable () -> Void) {
        guard !isSet.exchange(true, ordering: .relaxed) else { return }
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds)) { [self] in
            isSet.store(false, ordering: .relaxed)
            body()
        }
    }
}
