import Dispatch
import Glibc
import SystemIO
import TTRPC
import Testing

@testable import TTRPCNIO

/// A foreign client: a blocking socket and bytes, on a thread of its own so that no cooperative thread waits.
final class RawCaller: Sendable {
    private let descriptor: Int32
    private let queue = DispatchQueue(label: "raw caller")
    private let decoder = LockedDecoder()

    init(path: String) throws {
        descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        try #require(descriptor >= 0)
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let descriptor = descriptor
        let connected = try UnixSocketPath(path).withAddress { connect(descriptor, $0, $1) }
        try #require(connected == 0, "\(SystemError.text(ofErrno: errno))")
    }

    deinit { close(descriptor) }

    func closeSending() { shutdown(descriptor, CInt(SHUT_WR)) }

    func closeBoth() { shutdown(descriptor, CInt(SHUT_RDWR)) }

    func send(_ bytes: [UInt8]) async {
        await onQueue { [descriptor] in
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
                }
                guard count > 0 else { return }
                sent += count
            }
        }
    }

    func send(_ frames: Frame...) async { await send(frames.flatMap(FrameEncoder.encode(_:))) }

    /// The next frame, or `nil` at the end of the connection.
    func receive() async -> Frame? {
        await onQueue { [descriptor, decoder] in
            while true {
                if let frame = decoder.next() { return frame }
                var buffer = [UInt8](repeating: 0, count: 64 << 10)
                let count = recv(descriptor, &buffer, buffer.count, 0)
                if count < 0, errno == EAGAIN { Issue.record("nothing came for 20 s") }
                guard count > 0 else { return nil }
                decoder.add(Array(buffer.prefix(count)))
            }
        }
    }

    /// The next frame as a response envelope.
    func receiveResponse(on id: UInt32) async throws -> ResponseEnvelope {
        let frame = try #require(await receive())
        #expect(frame.header.streamID == StreamID(id))
        #expect(frame.header.type == .response)
        return try ResponseEnvelope(serialized: frame.payload)
    }

    private func onQueue<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body()) }
        }
    }
}

/// Bytes in, frames out; used from the caller's queue alone.
private final class LockedDecoder: @unchecked Sendable {
    private var decoder = FrameDecoder()
    private var pending: [UInt8] = []
    private var offset = 0

    func add(_ bytes: [UInt8]) {
        pending.removeFirst(offset)
        offset = 0
        pending += bytes
    }

    func next() -> Frame? {
        while let event = decoder.next(pending.span.bytes, from: &offset) {
            if case .frame(let frame) = event { return frame }
        }
        return nil
    }
}

extension Frame {
    /// A request frame for a method of `EchoHandler`.
    static func request(
        _ id: UInt32, _ method: String, _ payload: [UInt8] = [], flags: FrameFlags = [],
        service: String = EchoHandler.service, timeout: Int64 = 0
    ) -> Frame {
        let envelope = RequestEnvelope(
            service: service, method: method, payload: payload, timeoutNanoseconds: timeout)
        return Frame(streamID: StreamID(id), type: .request, flags: flags, payload: envelope.serialized())
    }

    static func data(_ id: UInt32, _ payload: [UInt8] = [], flags: FrameFlags = []) -> Frame {
        Frame(streamID: StreamID(id), type: .data, flags: flags, payload: payload)
    }
}
