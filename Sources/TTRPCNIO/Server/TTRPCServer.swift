import Glibc
package import Logging
import NIOCore
import NIOPosix
import TTRPC

/// A ttrpc server on one Unix socket.
///
/// Every connection's peer is identified by the kernel before its first byte is read; a connection without an identity,
/// or of a uid that stands for "unknown", is closed.
package struct TTRPCServer: Sendable {
    private let core: ServerCore
    private let group: MultiThreadedEventLoopGroup
    let listener: any Channel
    private let file: BoundSocketFile?

    /// Listens and serves; returns when callers can connect.
    ///
    /// - Throws: `SocketError`; then nothing listens and no file of ours is left.
    package static func start(
        on source: SocketSource, configuration: ServerConfiguration = ServerConfiguration(),
        handler: some CallHandler, logger: Logger
    ) async throws -> TTRPCServer {
        let limits = configuration.ledgerLimits(descriptorLimit: descriptorLimit())
        if limits.connections < configuration.maxConnections {
            logger.notice(
                "fewer connections than configured: RLIMIT_NOFILE is too low",
                metadata: ["connections": "\(limits.connections)"])
        }
        let core = ServerCore(configuration: configuration, limits: limits, handler: handler, logger: logger)
        let socket = try ListeningSocket.open(source)
        let file = socket.file
        let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, configuration.eventLoopThreads))
        do {
            let listener = try await bootstrap(group, core).withBoundSocket(socket.release()).get()
            return TTRPCServer(core: core, group: group, listener: listener, file: file)
        } catch {
            file?.unlink()
            try? await group.shutdownGracefully()
            throw error
        }
    }

    /// False after a drain, or because its listening socket failed.
    package var isListening: Bool { listener.isActive }

    /// What a drain left behind.
    package struct DrainReport: Sendable, Hashable {
        /// Calls that were cancelled because they had not ended at the deadline.
        package var cancelled: Int
        /// Handlers that had not returned even after that.
        package var stillRunning: Int
    }

    /// Stops listening and removes the socket file that `start` made, refuses new calls with UNAVAILABLE, waits up to
    /// `deadline` for the running ones, then cancels the rest (their callers get UNAVAILABLE) and closes.
    ///
    /// Goes on to its end even if the calling task is cancelled; a second call waits for the first one's.
    @discardableResult
    package func drain(deadline: Duration) async -> DrainReport {
        await core.drainOnce { await self.stop(deadline: deadline) }
    }

    private func stop(deadline: Duration) async -> DrainReport {
        file?.unlink()
        try? await listener.close()
        core.drain()
        if await core.tracker.waitUntilIdle(atMost: deadline) { return await shutDown(cancelled: 0) }
        let cancelled = core.tracker.handlers
        core.cancelCalls()
        if await !core.tracker.waitUntilIdle(atMost: core.configuration.cancellationGrace) {
            core.closeConnections()
        }
        return await shutDown(cancelled: cancelled)
    }

    private func shutDown(cancelled: Int) async -> DrainReport {
        let running = core.tracker.handlers
        // A handler that has not returned yet will still talk to its event loop.
        if running == 0 { try? await group.shutdownGracefully() }
        return DrainReport(cancelled: cancelled, stillRunning: running)
    }

    /// Returns when every event loop has run a task: none of them hangs.
    package func turnEventLoops() async throws {
        for loop in group.makeIterator() { try await loop.submit {}.get() }
    }

    /// How much of the server is in use.
    package struct Statistics: Sendable, Hashable {
        /// Connections that are served.
        package var connections: Int
        /// Calls whose handlers run.
        package var calls: Int
        /// Bytes of messages held in either direction.
        package var bufferedBytes: Int
        /// Connections refused since the start, because a share was used up.
        package var refusedConnections: Int
        /// Calls and messages refused since the start, because a share was used up.
        package var refusedCalls: Int
    }

    package var statistics: Statistics {
        core.admission { ledger in
            Statistics(
                connections: ledger.total.connections, calls: ledger.total.streams,
                bufferedBytes: ledger.total.bytes, refusedConnections: ledger.refusedConnections,
                refusedCalls: ledger.refusedStreams)
        }
    }

    private static func bootstrap(_ group: MultiThreadedEventLoopGroup, _ core: ServerCore) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptBackoff(logger: core.logger))
                }
            }
            // One connection at a time, the calls of all others in between.
            .serverChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try admit(channel, core) }
            }
            // A caller that has closed its sending side still gets its answers.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(
                .writeBufferWaterMark,
                value: ChannelOptions.Types.WriteBufferWaterMark(
                    low: max(1, core.configuration.outboundHighWater / 2),
                    high: max(2, core.configuration.outboundHighWater)))
    }

    /// Identifies the peer of a new connection and lets it in, or throws, which closes it.
    private static func admit(_ channel: any Channel, _ core: ServerCore) throws {
        let peer: PeerIdentity
        do {
            let known = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
                of: NIOBSDSocket.Handle.self
            ) { try PeerCredentials.read(from: $0) }
            guard let known else { throw PeerCredentialsError.unreadable(option: "SO_PEERCRED", errno: EBADF) }
            peer = known
        } catch {
            core.logger.warning("a connection without a usable identity was closed", metadata: ["error": "\(error)"])
            throw error
        }
        let verdict = core.admission { $0.admitConnection(of: peer.uid) }
        if verdict == .toClose { throw ChannelError.alreadyClosed }
        do {
            try channel.pipeline.syncOperations.addHandler(
                ServerConnection(core: core, channel: channel, peer: peer, verdict: verdict))
        } catch {
            core.admission { $0.releaseConnection(of: peer.uid, verdict) }
            throw error
        }
    }

    private static func descriptorLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }
}

/// Stops accepting for a moment when the process is out of descriptors or memory for sockets.
///
/// Without it accept(2) fails again at once, for ever: the connection that it could not take stays in the queue.
final class AcceptBackoff: ChannelInboundHandler {
    typealias InboundIn = Channel
    typealias InboundOut = Channel

    static let pause = TimeAmount.milliseconds(100)

    private let logger: Logger
    private var isPaused = false

    init(logger: Logger) { self.logger = logger }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let failure = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(failure.errnoCode) else {
            // The peer of one connection went away before it was accepted, or a child channel could not be set up.
            logger.debug("a connection was not accepted", metadata: ["error": "\(error)"])
            return
        }
        guard !isPaused else { return }
        isPaused = true
        logger.warning("accepting pauses: out of descriptors", metadata: ["errno": "\(failure.errnoCode)"])
        let channel = context.channel
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        channel.setOption(.autoRead, value: false).whenComplete { _ in
            channel.eventLoop.scheduleTask(in: Self.pause) {
                handler.value.isPaused = false
                channel.setOption(.autoRead, value: true).whenFailure { _ in }
            }
        }
    }
}
