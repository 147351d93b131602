import Domain
import ReviewPackAPI
import ReviewPackClient
import Synchronization
import TTRPC

/// A service without a socket: each method answers with what the test said, and every request is kept.
final class FakeService: CallTransport {
    /// The messages that a method answers with, or the status that it throws.
    typealias Answer = @Sendable (_ requests: [[UInt8]]) throws -> [[UInt8]]

    private let answers: Mutex<[String: Answer]>
    private let received = Mutex<[(method: String, requests: [[UInt8]], metadata: [String: String])]>([])

    init() { answers = Mutex([:]) }

    /// Answers a method of one response.
    func on<Request: WireMessage, Response: WireMessage>(
        _ method: MethodSpec<Request, Response>, _ answer: @escaping @Sendable (Request) throws -> Response
    ) {
        answers.withLock {
            $0[method.erased.path] = { requests in
                [try answer(try Request(serialized: requests.first ?? [])).serialized()]
            }
        }
    }

    /// Answers a method of many responses.
    func onStream<Request: WireMessage, Response: WireMessage>(
        _ method: MethodSpec<Request, Response>, _ answer: @escaping @Sendable (Request) throws -> [Response]
    ) {
        answers.withLock {
            $0[method.erased.path] = { requests in
                try answer(try Request(serialized: requests.first ?? [])).map { $0.serialized() }
            }
        }
    }

    /// Answers a method of many requests.
    func onUpload<Request: WireMessage, Response: WireMessage>(
        _ method: MethodSpec<Request, Response>, _ answer: @escaping @Sendable ([Request]) throws -> Response
    ) {
        answers.withLock {
            $0[method.erased.path] = { requests in
                [try answer(try requests.map { try Request(serialized: $0) }).serialized()]
            }
        }
    }

    /// Answers a method with messages that are encoded already.
    func onAny(_ method: AnyMethodSpec, _ answer: @escaping Answer) {
        answers.withLock { $0[method.path] = answer }
    }

    /// The requests of a method, in order.
    func requests<Request: WireMessage, Response: WireMessage>(
        of method: MethodSpec<Request, Response>
    ) throws -> [Request] {
        try received.withLock { $0 }.filter { $0.method == method.erased.path }.flatMap(\.requests).map {
            try Request(serialized: $0)
        }
    }

    var calledMethods: [String] { received.withLock { $0.map(\.method) } }
    var metadata: [[String: String]] { received.withLock { $0.map(\.metadata) } }

    private func answer(_ call: OutgoingCall, _ requests: [[UInt8]]) throws -> [[UInt8]] {
        let path = "\(call.service)/\(call.method)"
        let metadata = Dictionary(call.metadata.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        received.withLock { $0.append((path, requests, metadata)) }
        guard let answer = answers.withLock({ $0[path] }) else {
            throw RPCFailure(code: .unimplemented, message: "no method \(path)")
        }
        return try answer(requests)
    }

    func unary(_ call: OutgoingCall, request: [UInt8]) async throws -> [UInt8] {
        try answer(call, [request]).first ?? []
    }

    func serverStream(_ call: OutgoingCall, request: [UInt8]) async throws -> IncomingMessages {
        var rest = try answer(call, [request])[...]
        return IncomingMessages { rest.popFirst() }
    }

    func clientStream(_ call: OutgoingCall) async throws -> OutgoingMessages {
        let box = SharedRequests()
        return OutgoingMessages(
            send: { message in box.append(message) },
            finish: { try self.answer(call, box.all).first ?? [] })
    }

    func close() async {}
}

private final class SharedRequests: Sendable {
    private let requests = Mutex<[[UInt8]]>([])
    func append(_ message: [UInt8]) { requests.withLock { $0.append(message) } }
    var all: [[UInt8]] { requests.withLock { $0 } }
}

extension RPCFailure {
    /// A status as the service sends it.
    static func of(_ reason: Reason, _ message: String, metadata: [String: String] = [:]) -> RPCFailure {
        let info = GoogleRPC.ErrorInfo(reason: reason.rawValue, domain: Reason.domain, metadata: metadata)
        return RPCFailure(
            code: reason.code, message: message,
            details: [Detail(typeURL: "type.googleapis.com/google.rpc.ErrorInfo", value: info.serialized())])
    }
}
