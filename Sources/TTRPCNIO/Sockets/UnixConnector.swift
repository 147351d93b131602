import Dispatch
import Glibc
import SystemIO

/// Connects to a Unix socket, and waits while its server is not there yet.
enum UnixConnector {
    /// What a server that is about to start, restarts or has a full queue answers; anything else will not change soon.
    private static let transient: Set<Int32> = [ENOENT, ECONNREFUSED, EAGAIN]

    private static let firstPause = Duration.milliseconds(10)
    private static let longestPause = Duration.milliseconds(200)

    /// - Parameter timeout: how long to try; at least one attempt is made.
    static func connect(to path: String, timeout: Duration) async throws -> OwnedDescriptor {
        let socketPath = try check(path)
        let end = ContinuousClock.now + timeout
        var pause = firstPause
        while true {
            do throws(SystemError) {
                return try await attempt(socketPath, until: end)
            } catch {
                let left = ContinuousClock.now.duration(to: end)
                guard transient.contains(error.code), left > .zero else {
                    throw TransportError.unreachable(path: path, errno: error.code)
                }
                try await Task.sleep(for: min(pause, left))
                pause = min(pause * 2, longestPause)
            }
        }
    }

    private static func attempt(
        _ path: UnixSocketPath, until end: ContinuousClock.Instant
    ) async throws(SystemError) -> OwnedDescriptor {
        do throws(SystemError) {
            let socket = try UnixSocketPath.makeSocket()
            try path.connect(socket)
            return socket
        } catch {
            let left = Int(ContinuousClock.now.duration(to: end).components.seconds)
            guard error.code == EAGAIN, left > 0 else { throw error }
            return try await waitInQueue(path, seconds: left)
        }
    }

    /// Waits on a thread of its own, because connect(2) blocks; to the end of `seconds` even when the task is
    /// cancelled.
    private static func waitInQueue(_ path: UnixSocketPath, seconds: Int) async throws(SystemError) -> OwnedDescriptor {
        let connected: Result<CInt, SystemError> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                do throws(SystemError) {
                    let socket = try UnixSocketPath.makeSocket()
                    try path.connectInTurn(socket, seconds: seconds)
                    continuation.resume(returning: .success(socket.release()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return OwnedDescriptor(taking: try connected.get())
    }

    private static func check(_ path: String) throws(TransportError) -> UnixSocketPath {
        do {
            return try UnixSocketPath(path)
        } catch {
            switch error {
            case .abstractAddress: throw .abstractAddress(path)
            case .pathTooLong(_, let bytes): throw .pathTooLong(path: path, bytes: bytes)
            default: throw .unreachable(path: path, errno: EINVAL)
            }
        }
    }
}
