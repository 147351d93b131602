import TTRPC

/// A ttrpc client on one connection; calls on it may run at the same time.
///
/// Calls throw `RPCFailure` for a status of the peer and `TransportError` when there is no answer.
public final class TTRPCClient: Sendable {
    /// Connects to a server's socket, waiting up to `connectTimeout` while it is missing or refuses.
    public static func connect(path: String, connectTimeout: Duration = .seconds(3)) async throws -> TTRPCClient {
        throw TransportError.closed
    }

    /// Makes a unary call and returns its response message.
    public func unary(
        service: String, method: String, request: [UInt8], metadata: [(name: String, value: String)] = [],
        timeout: Duration? = nil
    ) async throws -> [UInt8] {
        throw TransportError.closed
    }

    /// Makes a server-streaming call and returns its messages; while they are not taken, the connection is not read.
    public func serverStream(
        service: String, method: String, request: [UInt8], metadata: [(name: String, value: String)] = [],
        timeout: Duration? = nil
    ) async throws -> ResponseMessages {
        throw TransportError.closed
    }

    /// Opens a client-streaming call; the messages go through the returned handle.
    public func clientStream(
        service: String, method: String, metadata: [(name: String, value: String)] = [], timeout: Duration? = nil
    ) async throws -> RequestWriter {
        throw TransportError.closed
    }

    /// Closes the connection; calls that run fail with `TransportError.closed`.
    public func close() async {}
}
