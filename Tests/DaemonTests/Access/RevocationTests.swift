import Domain
import ReviewPackAPI
import Storage
import Synchronization
import TTRPC
import TestTags
import Testing

@testable import Daemon
@testable import TTRPCNIO

@Suite("A right that is taken away", .tags(.access))
struct RevocationTests {
    private static let caller = ServiceFixture.peer(1001)

    private func revoke(
        _ role: Proto.Role, from principal: Proto.Principal, _ target: Proto.BindingTarget.Kind,
        _ fixture: ServiceFixture
    ) async throws {
        _ = try await fixture.call(
            Methods.directoryServiceRevokeRole,
            Proto.RevokeRoleRequest(principal: principal, role: role, target: Proto.BindingTarget(kind: target)))
    }

    @Test("ends an open Watch with the next news, which it is not told")
    func watch() async throws {
        let gate = Gate(.publishBeforeSync)
        let fixture = try ServiceFixture(faults: gate.hook)
        try await fixture.makeTenant()
        try await fixture.grant(.viewer, to: .user(uid: 1001))
        let id = try await fixture.generate().pack?.id ?? ""
        await gate.reached()
        let seen = Mutex<[Proto.PackStatus]>([])
        let (told, teller) = AsyncStream.makeStream(of: Void.self)
        let watching = Task {
            await fixture.reason {
                _ = try await fixture.stream(
                    Methods.reviewPackServiceWatch, Proto.WatchPackRequest(id: id), as: Self.caller
                ) { message in
                    seen.withLock { $0.append(message.pack?.status ?? .unspecified) }
                    teller.yield()
                }
            }
        }
        for await _ in told { break }
        try await revoke(.viewer, from: Proto.Principal(kind: .uid(1001)), .tenant(ServiceFixture.contoso), fixture)
        gate.open()
        #expect(await watching.value == "NOT_FOUND")
        #expect(!seen.withLock { $0 }.contains(.ready))
    }

    @Test("cuts an open download off", arguments: [true, false])
    func download(ofDelegate: Bool) async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let subject: String? = ofDelegate ? "vera" : nil
        if ofDelegate { try await fixture.grant(.delegate, to: .user(uid: 1001)) }
        try await fixture.grant(.viewer, to: ofDelegate ? .subject("vera") : .user(uid: 1001))
        let pack = try await fixture.makePack(.ready)
        let token = try await fixture.call(
            Methods.reviewPackServiceIssueDownloadToken,
            Proto.IssueDownloadTokenRequest(pack: pack.id.description), as: Self.caller, onBehalfOf: subject
        ).token
        let reason = await fixture.reason {
            _ = try await fixture.stream(
                Methods.reviewPackServiceDownload, Proto.DownloadRequest(token: token), as: Self.caller,
                onBehalfOf: subject
            ) { message in
                guard case .header = message.part else {
                    Issue.record("bytes were sent to somebody who may not see them any more")
                    return
                }
                try await self.revoke(
                    ofDelegate ? .delegate : .viewer, from: Proto.Principal(kind: .uid(1001)),
                    .tenant(ServiceFixture.contoso), fixture)
            }
        }
        #expect(reason == "NOT_FOUND")
    }

    @Test("keeps an upload from being applied that began before", arguments: [true, false])
    func upload(remainsMember: Bool) async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        try await fixture.grant(.collector, to: .user(uid: 1001))
        if remainsMember { try await fixture.grant(.viewer, to: .user(uid: 1001)) }
        let (taken, taker) = AsyncStream.makeStream(of: Int.self)
        let messages = MessageQueue(cancelled: RPCFailure(code: .cancelled, message: "")) { taker.yield($0) }
        let header = Proto.ImportOperationsHeader(tenant: ServiceFixture.contoso)
        messages.push(Proto.ImportOperationsRequest(part: .header(header)).serialized())
        messages.push(Proto.ImportOperationsRequest(part: .chunk(Array("\n".utf8))).serialized())
        let importing = Task {
            await fixture.reason {
                _ = try await fixture.upload(
                    Methods.ingestServiceImportOperations, InboundMessages(queue: messages), as: Self.caller)
            }
        }
        // The import has begun when its first chunk is taken.
        var takes = taken.makeAsyncIterator()
        for _ in 1...2 { _ = await takes.next() }
        try await revoke(.collector, from: Proto.Principal(kind: .uid(1001)), .tenant(ServiceFixture.contoso), fixture)
        messages.finish()
        #expect(await importing.value == (remainsMember ? "CAPABILITY_REQUIRED" : "NOT_FOUND"))
        let runs = try await fixture.call(
            Methods.operationServiceList, Proto.ListOperationsRequest(tenant: ServiceFixture.contoso)
        ).operations
        #expect(runs.isEmpty)
    }
}
