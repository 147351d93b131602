import ReviewPackAPI
import Synchronization
import TTRPCNIO

@testable import ReviewPackClient

/// Streams a file in chunks of 300,000 bytes and loses its connection after one of them, some times.
final class LossyTransport: CallTransport {
    private let content: [UInt8]
    private let header: Proto.DownloadResponse
    private let headerAfterLoss: Proto.DownloadResponse
    private let lossesLeft: Mutex<Int>
    private let requested = Mutex<[Int64]>([])

    init(
        content: [UInt8], header: Proto.DownloadResponse, losses: Int, headerAfterLoss: Proto.DownloadResponse? = nil
    ) {
        self.content = content
        self.header = header
        self.headerAfterLoss = headerAfterLoss ?? header
        lossesLeft = Mutex(losses)
    }

    /// The offsets that were asked for.
    var offsets: [Int64] { requested.withLock { $0 } }

    func serverStream(_ call: OutgoingCall, request: [UInt8]) async throws -> IncomingMessages {
        let offset = try Proto.DownloadRequest(serialized: request).offset
        let isFirst = requested.withLock { requested in
            requested.append(offset)
            return requested.count == 1
        }
        let isLost = lossesLeft.withLock { left in
            left -= 1
            return left >= 0
        }
        var messages = [isFirst ? header : headerAfterLoss]
        for start in stride(from: Int(offset), to: content.count, by: 300_000) {
            messages.append(
                Proto.DownloadResponse(part: .chunk(Array(content[start..<min(start + 300_000, content.count)]))))
        }
        var rest = messages[...]
        return IncomingMessages {
            if isLost, messages.count - rest.count == 2 { throw TransportError.closed }
            return rest.popFirst()?.serialized()
        }
    }

    func unary(_ call: OutgoingCall, request: [UInt8]) async throws -> [UInt8] { throw TransportError.closed }
    func clientStream(_ call: OutgoingCall) async throws -> OutgoingMessages { throw TransportError.closed }
    func close() async {}
}
