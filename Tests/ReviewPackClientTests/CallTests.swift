import Domain
import ReviewPackAPI
import TTRPC
import TTRPCNIO
import TestTags
import Testing

@testable import ReviewPackClient

@Suite("Calls over a real socket", .tags(.wire))
struct CallTests {
    @Test("a typed call gives the typed answer, and says for whom it is made")
    func call() async throws {
        try await TestServer.serving(onBehalfOf: "alice@example.org") { server in
            server.on(Methods.directoryServiceWhoAmI) { _ in Proto.WhoAmIResponse(uid: 42).serialized() }
        } _: { client, server in
            let answer = try await client.whoAmI()
            #expect(answer.uid == 42)
            #expect(server.subjects == [["reviewpack-on-behalf-of=alice@example.org"]])
        }
    }

    @Test("a subject that the service would refuse is refused before connecting")
    func badSubject() async {
        await #expect(throws: ClientError.self) {
            try await ReviewPackClient.connect(to: .standard, connectTimeout: .zero, onBehalfOf: " a")
        }
    }

    @Test("a missing socket is unreachable once the time to connect is over")
    func unreachable() async throws {
        let address = try ClientAddress("/tmp/no-such-directory/s.sock")
        await #expect(throws: ClientError.unreachable(address: address.path, errno: 2)) {
            try await ReviewPackClient.connect(to: address, connectTimeout: .milliseconds(20))
        }
    }

    @Test("an answer without its sub-message is a protocol violation, not a crash")
    func missingField() async throws {
        try await TestServer.serving { server in
            server.on(Methods.reviewPackServiceGet) { _ in [] }
            server.on(Methods.reviewPackServiceExpire) { _ in [0xFF] }
        } _: { client, _ in
            await #expect(throws: ClientError.protocolViolation("the answer has no pack")) {
                try await client.pack("x")
            }
            await #expect {
                try await client.expire("x")
            } throws: {
                if case .protocolViolation? = $0 as? ClientError { true } else { false }
            }
        }
    }

    @Test("all pages of a list are followed, and a token that repeats is refused")
    func pages() async throws {
        try await TestServer.serving { server in
            server.on(Methods.directoryServiceListTenants) { (call) throws(RPCFailure) in
                let request = try Proto.ListTenantsRequest.decoded(call.request)
                let next = ["": "a", "a": "b", "b": ""][request.pageToken] ?? request.pageToken
                return Proto.ListTenantsResponse(
                    tenants: [Proto.Tenant(name: "t\(request.pageToken)")], nextPageToken: next
                ).serialized()
            }
            server.on(Methods.directoryServiceListWorkspaces) { _ in
                Proto.ListWorkspacesResponse(nextPageToken: "again").serialized()
            }
        } _: { client, _ in
            let tenants = try await client.tenants()
            #expect(tenants.map(\.name) == ["t", "ta", "tb"])
            await #expect(throws: ClientError.protocolViolation("ListWorkspaces gave the same page token twice")) {
                try await client.workspaces()
            }
        }
    }

    @Test("generate gets a fresh request id, or keeps the caller's")
    func requestID() async throws {
        let given = "0199f3a2-7b1c-7def-8123-456789abcdef"
        try await TestServer.serving { server in
            server.on(Methods.reviewPackServiceGenerate) { (call) throws(RPCFailure) in
                let request = try Proto.GenerateRequest.decoded(call.request)
                return Proto.GenerateResponse(pack: Proto.Pack(id: request.requestID ?? ""), outcome: .created)
                    .serialized()
            }
        } _: { client, _ in
            let first = try await client.generate(Proto.GenerateRequest(tenant: "t")).pack?.id
            let second = try await client.generate(Proto.GenerateRequest(tenant: "t")).pack?.id
            #expect(first.flatMap { RequestID($0) } != nil)
            #expect(first != second)
            #expect(try await client.generate(Proto.GenerateRequest(tenant: "t", requestID: given)).pack?.id == given)
        }
    }

    @Test("a watch ends with the pack's last state and hands out every message")
    func watch() async throws {
        try await TestServer.serving { server in
            server.on(Methods.reviewPackServiceWatch) { (call) throws(RPCFailure) in
                for status in [Proto.PackStatus.queued, .generating] {
                    try await call.send(Proto.WatchPackResponse(pack: Proto.Pack(status: status)).serialized())
                }
                return Proto.WatchPackResponse(pack: Proto.Pack(status: .failed)).serialized()
            }
        } _: { client, _ in
            var seen: [Proto.PackStatus] = []
            let last = try await client.watch("x") { (response) async throws(ClientError) in
                if let pack = response.pack { seen.append(pack.status) }
            }
            #expect(last.status == .failed)
            #expect(seen == [.queued, .generating, .failed])
        }
    }

    /// What a service answers that is stopping.
    private static let draining = RPCFailure(
        code: .unavailable, message: "draining",
        details: [
            .init(
                typeURL: RemoteFailure.errorInfoType,
                value: GoogleRPC.ErrorInfo(reason: "DRAINING", domain: "reviewpack").serialized())
        ])

    @Test("a call that is safe to repeat outlives a restart of the service")
    func repeated() async throws {
        let attempts = Counter()
        try await TestServer.serving { server in
            server.on(Methods.directoryServiceListTenants) { (_) throws(RPCFailure) in
                guard attempts.next() > 2 else { throw Self.draining }
                return Proto.ListTenantsResponse(tenants: [Proto.Tenant(name: "t")]).serialized()
            }
        } _: { client, _ in
            let tenants = try await client.tenants()
            #expect(tenants.map(\.name) == ["t"])
            #expect(attempts.value == 3)
        }
    }

    @Test("a service that never comes back is met five times, and then the caller hears why")
    func repeatedInVain() async throws {
        let attempts = Counter()
        try await TestServer.serving { server in
            server.on(Methods.operationServiceGet) { (_) throws(RPCFailure) in
                _ = attempts.next()
                throw Self.draining
            }
        } _: { client, _ in
            await #expect {
                try await client.operation("x")
            } throws: {
                if case .remote(let failure)? = $0 as? ClientError { failure.reason == .draining } else { false }
            }
            #expect(attempts.value == 5)
        }
    }

    @Test("a call that may have taken effect is never made twice")
    func notRepeated() async throws {
        let attempts = Counter()
        try await TestServer.serving { server in
            server.on(Methods.reviewPackServiceExpire) { (_) throws(RPCFailure) in
                _ = attempts.next()
                throw Self.draining
            }
        } _: { client, _ in
            await #expect(throws: ClientError.self) { try await client.expire("x") }
            #expect(attempts.value == 1)
        }
    }

    @Test("a watch that the service cuts while draining goes on")
    func watchAgain() async throws {
        let attempts = Counter()
        try await TestServer.serving { server in
            server.on(Methods.reviewPackServiceWatch) { (_) throws(RPCFailure) in
                guard attempts.next() > 1 else { throw Self.draining }
                return Proto.WatchPackResponse(pack: Proto.Pack(status: .ready)).serialized()
            }
        } _: { client, _ in
            let last = try await client.watch("x")
            #expect(last.status == .ready)
            #expect(attempts.value == 2)
        }
    }
}
