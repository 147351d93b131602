import Logging
import TTRPC

/// A ttrpc server on one Unix socket.
public struct TTRPCServer: Sendable {
    /// Listens and serves; returns when callers can connect.
    public static func start(
        on source: SocketSource, configuration: ServerConfiguration = ServerConfiguration(),
        handler: some CallHandler, logger: Logger
    ) async throws -> TTRPCServer {
        throw RPCFailure(code: .unimplemented, message: "under construction")
    }

    /// Stops listening, refuses new calls, waits up to `deadline` for the running ones, then cancels the rest.
    public func drain(deadline: Duration) async {}
}
