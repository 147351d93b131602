import Glibc
import TTRPC

extension ProbedCall {
    struct BrokenOff: Error {}

    /// The bytes that a server answers with, as they come: every frame up to the response that ends the call.
    func frames(at path: String) throws -> [UInt8] {
        let socket = Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let connected = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else { throw BrokenOff() }
        let request = requestFrames.flatMap(FrameEncoder.encode(_:))
        guard send(socket, request, request.count, CInt(MSG_NOSIGNAL)) == request.count else { throw BrokenOff() }
        var answer: [UInt8] = []
        var isOver = false
        while !isOver {
            let header = try receive(FrameHeader.byteCount, from: socket)
            let length = header.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            isOver = header[8] == MessageType.response.rawValue
            answer += header
            answer += try receive(length, from: socket)
        }
        return answer
    }

    private var requestFrames: [Frame] {
        let isUpload = kind == .clientStreaming
        let envelope = RequestEnvelope(
            service: service, method: method, payload: isUpload ? [] : messages[0],
            metadata: metadata.map { RequestEnvelope.Entry(name: $0.name, value: $0.value) })
        let flags: FrameFlags = isUpload ? .remoteOpen : kind == .serverStreaming ? .remoteClosed : []
        let open = Frame(streamID: StreamID(1), type: .request, flags: flags, payload: envelope.serialized())
        guard isUpload else { return [open] }
        let data = messages.map { Frame(streamID: StreamID(1), type: .data, flags: [], payload: $0) }
        return [open] + data + [
            Frame(streamID: StreamID(1), type: .data, flags: [.remoteClosed, .noData], payload: [])
        ]
    }

    private func receive(_ count: Int, from socket: Int32) throws -> [UInt8] {
        guard count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: count)
        guard recv(socket, &bytes, count, CInt(MSG_WAITALL)) == count else { throw BrokenOff() }
        return bytes
    }
}
