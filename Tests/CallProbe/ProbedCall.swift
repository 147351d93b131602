import ReviewPackAPI
import TTRPC
import TTRPCNIO

/// One line of the input.
struct ProbedCall {
    let kind: StreamingKind
    let service: String
    let method: String
    let messages: [[UInt8]]
    let metadata: [(name: String, value: String)]

    init?(line: String) {
        let words = line.split(separator: " ").map(String.init)
        guard words.count >= 4, let kind = StreamingKind(rawValue: words[0]) else { return nil }
        self.kind = kind
        service = words[1]
        method = words[2]
        messages = words[3].split(separator: ",").map { Self.bytes(hex: $0) }
        metadata = words[4...].map { word in
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            return (parts[0], parts.count > 1 ? parts[1] : "")
        }
    }

    /// Makes the call on a connection of its own.
    func answer(at address: String) async -> String {
        do {
            let client = try await TTRPCClient.connect(path: address)
            let answer = await answer(on: client)
            await client.close()
            return answer
        } catch {
            return "-1 - - \(error)"
        }
    }

    func answer(on client: TTRPCClient) async -> String {
        do {
            return "0 - \(Self.hex(try await call(client))) ok"
        } catch let failure as RPCFailure {
            return "\(failure.code.rawValue) \(Self.reason(of: failure)) - \(failure.message)"
        } catch {
            return "-1 - - \(error)"
        }
    }

    func call(_ client: TTRPCClient) async throws -> [UInt8] {
        switch kind {
        case .unary:
            return try await client.unary(
                service: service, method: method, request: messages[0], metadata: metadata)
        case .serverStreaming:
            let responses = try await client.serverStream(
                service: service, method: method, request: messages[0], metadata: metadata)
            var iterator = responses.makeAsyncIterator()
            return try await iterator.next() ?? []
        case .clientStreaming:
            let writer = try await client.clientStream(service: service, method: method, metadata: metadata)
            for message in messages { try await writer.send(message) }
            return try await writer.finish()
        }
    }

    private static func reason(of failure: RPCFailure) -> String {
        failure.details.lazy.compactMap { try? GoogleRPC.ErrorInfo(serialized: $0.value).reason }.first ?? "-"
    }

    private static func bytes(hex: Substring) -> [UInt8] {
        guard hex != "-" else { return [] }
        let digits = Array(hex)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
    }

    static func hex(_ bytes: [UInt8]) -> String {
        guard !bytes.isEmpty else { return "-" }
        return bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 2 ? digits : "0" + digits
        }.joined()
    }
}
