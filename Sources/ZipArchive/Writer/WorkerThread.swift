import Glibc

/// A POSIX thread that is joined when its one owner lets go of it.
final class WorkerThread {
    private let handle: pthread_t

    /// Starts `body`, which must not keep the owner alive, on a thread that no signal of the process is delivered to.
    init(_ body: @escaping @Sendable () -> Void) throws(ZipError) {
        // The new thread inherits the mask that the starting thread has at that moment (pthread_create(3)).
        var everything = sigset_t()
        var before = sigset_t()
        sigfillset(&everything)
        pthread_sigmask(SIG_SETMASK, &everything, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }

        let box = Unmanaged.passRetained(Body(body))
        var handle = pthread_t()
        let status = pthread_create(
            &handle, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, box.toOpaque())
        guard status == 0 else {
            box.release()
            throw .thread(errno: status)
        }
        self.handle = handle
    }

    deinit { pthread_join(handle, nil) }

    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
}

/// A value that threads share: a POSIX mutex guards it and a condition announces each of its changes.
///
/// `Synchronization.Mutex` has no condition to wait on, and waiting is what a bounded pipeline does.
final class Monitor<State: Sendable>: @unchecked Sendable {
    // Sendable: `state` is touched only between lock and unlock of `mutex`.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var state: State

    init(_ state: State) {
        self.state = state
        mutex = .allocate(capacity: 1)
        changed = .allocate(capacity: 1)
        // On Linux neither call can fail for default attributes (pthread_mutex_init(3), pthread_cond_init(3)).
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Changes the value and wakes every waiting thread to look at it again.
    func change<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        let result = body(&state)
        pthread_cond_broadcast(changed)
        return result
    }

    /// Waits until `body` has an answer; it runs once at first and then again after each change.
    func wait<Result>(for body: (inout State) -> Result?) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            pthread_cond_wait(changed, mutex)
        }
    }
}
