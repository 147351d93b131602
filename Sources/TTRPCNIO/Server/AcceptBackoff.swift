import Glibc
import Logging
import NIOCore

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
