import Glibc
import ReviewPackAPI
import TTRPC

/// One connection and its thread. Only the thread touches the rest between `start` and `join`.
final class Worker: @unchecked Sendable {
    private let socket: CInt
    private let request: [UInt8]
    private var end: UInt64 = 0
    private var thread = pthread_t()
    private(set) var latencies: [UInt64] = []

    init(socket: CInt, request: [UInt8]) {
        self.socket = socket
        self.request = request
    }

    deinit { close(socket) }

    func start(until end: UInt64) {
        self.end = end
        let worker = Unmanaged.passRetained(self)
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Worker>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, worker.toOpaque())
        guard code == 0 else { fail("cannot start a thread") }
    }

    func join() { pthread_join(thread, nil) }

    private func run() {
        latencies.reserveCapacity(1 << 18)
        var stream: UInt32 = 1
        var now = Clock.now()
        while now < end {
            let frame = FrameEncoder.encode(
                Frame(streamID: StreamID(stream), type: .request, flags: .remoteClosed, payload: request))
            guard write(socket, frame, frame.count) == frame.count else { fail("the connection broke") }
            let answer = receive()
            let then = Clock.now()
            latencies.append(then - now)
            // The first answer of each connection is looked at; the rest have to be as long.
            if stream == 1 { check(answer) }
            now = Clock.now()
            stream += 2
        }
    }

    private func receive() -> [UInt8] {
        let header = read(FrameHeader.byteCount)
        let length = header[..<4].reduce(0) { $0 << 8 | Int($1) }
        guard header[8] == MessageType.response.rawValue, length <= FrameHeader.maximumPayload else {
            fail("an unexpected frame")
        }
        return read(length)
    }

    private func read(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = Glibc.read(socket, buffer.baseAddress.map { $0 + filled }, count - filled)
                guard got > 0 else { fail("the daemon closed the connection") }
                filled += got
            }
        }
    }

    private func check(_ answer: [UInt8]) {
        guard let envelope = try? ResponseEnvelope(serialized: answer), envelope.status?.code ?? 0 == 0,
            let response = try? Proto.GetPackResponse(serialized: envelope.payload), response.pack != nil
        else { fail("the call was refused") }
    }
}
