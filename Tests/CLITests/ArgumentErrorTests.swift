import Domain
import ExitCodes
import Glibc
import ReviewPackAPI
import ReviewPackClient
import TTRPC
import TestTags
import Testing

@testable import CLI

@Suite("What is wrong with arguments, and what to do about an answer", .tags(.commandLine))
struct ArgumentErrorTests {
    private static let grant = ["member", "grant", "--workspace", "w", "--user", "alice", "--role"]

    @Test(
        "an argument that cannot be used ends with 64, in one line that says what is legal",
        arguments: [
            (grant + ["god"], "viewer, manager, collector, owner, pruner, delegate"),
            (["list", "--status", "ready,done"], "queued, generating, ready, failed, expired"),
            (["list", "--status", ""], "queued, generating, ready, failed, expired"),
            (["list", "--search", ""], "--search needs some text"),
            (["list", "--generated-after", "yesterday"], "2026-03-01T12:00:00Z"),
            (["list", "--limit", "-5"], "--limit must be 1 or more"),
            (["operation", "list", Fixture.tenant, "--limit", "-5"], "--limit must be 1 or more"),
            (["list", "--connect-timeout", "-1"], "0 to 3600 seconds"),
            (["list", "--connect-timeout", "soon"], "0 to 3600 seconds"),
            (["download", Fixture.packID, "-O", ""], "-O needs a file's name"),
            (["generate", Fixture.tenant, "--pii", "--no-pii"], "--no-pii"),
            (["generate", Fixture.tenant, "--no-wait", "--wait"], "--wait"),
            (["generate", Fixture.tenant, "--operations", "--no-operations"], "--no-operations"),
        ])
    func illegal(arguments: [String], legal: String) async {
        let service = FakeService()
        let result = await run(arguments, service: service)
        #expect(result.status == .usage)
        #expect(result.errors.contains(legal), "\(result.errors)")
        #expect(!result.errors.contains("\\n"), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count == 2)
        #expect(service.calledMethods.isEmpty)
    }

    @Test(
        "what was not found is named as it was asked for, whether it is absent or hidden",
        arguments: [
            (["show", Fixture.packID], "pack \(Fixture.packID)"),
            (["card", Fixture.tenant], "tenant \(Fixture.tenant)"),
            (["member", "list", "--workspace", "w"], "workspace w"),
            (["operation", "show", Fixture.runID], "operation run \(Fixture.runID)"),
        ])
    func notFound(arguments: [String], subject: String) async {
        let service = FakeService()
        let failure = RPCFailure.of(.notFound, "not found, or you are not a member of it")
        service.on(Methods.reviewPackServiceGet) { _ in throw failure }
        service.on(Methods.reviewPackServiceGetCard) { _ in throw failure }
        service.on(Methods.directoryServiceListRoleBindings) { _ in throw failure }
        service.on(Methods.operationServiceGet) { _ in throw failure }
        let result = await run(arguments, service: service)
        #expect(result.errors.hasPrefix("error: \(subject): not found, or you are not a member of it [NOT_FOUND]\n"))
        #expect(result.status == .notFound)
    }

    @Test(
        "the advice is something that this caller can do",
        arguments: [
            (Reason.packNotReady, ["status": "failed"], "generate a new one"),
            (.packNotReady, ["status": "queued"], "wait until it is ready"),
            (.capabilityRequired, ["capability": "system.admin"], "ask an administrator"),
            (.capabilityRequired, ["capability": "review_pack.manage"], "ask an owner"),
            (.wrongState, ["status": "generating"], "wait for it"),
            (.invalidRecord, ["field": "colour", "problem": "UNKNOWN_KEY"], "correct the document"),
            (.invalidRecord, ["record": "3", "problem": "BAD_VALUE"], "--skip-bad-records"),
            (.invalidRecord, ["record": "1", "problem": "UNKNOWN_FORMAT"], "--format"),
        ])
    func advice(reason: Reason, metadata: [String: String], words: String) async {
        let service = FakeService()
        service.on(Methods.directoryServiceWhoAmI) { _ in throw RPCFailure.of(reason, "m", metadata: metadata) }
        let result = await run("whoami", service: service)
        #expect(result.errors.contains(words), "\(result.errors)")
    }

    @Test("health of a service that is not there says how to name one")
    func unknownService() async {
        let service = FakeService()
        service.on(Methods.healthCheck) { _ in throw RPCFailure.of(.notFound, "there is no service with this name") }
        let result = await run("health", "--service", "nosuch", service: service)
        #expect(result.status == .notFound)
        #expect(result.errors.contains("leave --service away"))
    }

    @Test(
        "no members yet names the scope that was asked for",
        arguments: [
            (["--system"], "--system --user NAME --role pruner"),
            (["--tenant", Fixture.tenant], "--tenant \(Fixture.tenant)"),
        ])
    func noMembers(scope: [String], command: String) async {
        let service = FakeService()
        service.on(Methods.directoryServiceListRoleBindings) { _ in Proto.ListRoleBindingsResponse() }
        let result = await run(["member", "list"] + scope, service: service, terminal: .plainPerson)
        #expect(result.errors.contains(command), "\(result.errors)")
    }

    @Test("a token file that others can read gets a warning")
    func openTokenFile() async {
        let scratch = ScratchDirectory()
        let file = scratch.write("pack.token", Array("v1.secret".utf8))
        #expect(await !run("download", "--token-file", file, "-O", "-").errors.contains("warning:"))
        chmod(file, 0o644)
        #expect(await run("download", "--token-file", file, "-O", "-").errors.hasPrefix("warning: "))
    }
}
