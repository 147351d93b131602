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
