import Domain
import ExitCodes
import ReviewPackAPI
import ReviewPackClient
import TestTags
import Testing

@testable import CLI

@Suite("Completions", .tags(.commandLine, .documents))
struct CompletionTests {
    @Test(
        "an option's value is found as each shell hands it over, without its quotes",
        arguments: [
            (["c", "--address", "a b"], "a b"), (["c", "--address=x"], "x"), (["c", "--address", "=", "x"], "x"),
            (["c", "--address", #"'a b'"#], "a b"), (["c", "--address", #""a\"b""#], #"a"b"#),
            (["c", "--address", #"a\ b"#], "a b"), (["c", "--address", #"'$x'"#], "$x"),
        ])
    func options(words: [String], value: String) {
        #expect(CompletionLine(words: words, index: 0).value(of: "--address") == .text(value))
    }

    @Test("a value that only the shell can tell is unknown", arguments: ["$HOME/x", "\"$(x)\"", "`x`", "~/x"])
    func unknown(word: String) {
        #expect(CompletionLine(words: ["c", "--address", word], index: 0).value(of: "--address") == .unknown)
    }

    @Test("an option that is not there, has no value yet, or is being typed has none")
    func absent() {
        #expect(CompletionLine(words: ["c", "show"], index: 1).value(of: "--address") == nil)
        #expect(CompletionLine(words: ["c", "--address"], index: 0).value(of: "--address") == nil)
        #expect(CompletionLine(words: ["c", "--address"], index: 1).value(of: "--address") == nil)
    }

    @Test(
        "what a shell or a terminal could read more into is never offered",
        arguments: [
            "", "-x", " a", "a ", "a$b", "$(x)", "`x`", "a;b", "a|b", "a&b", "a>b", "a*", "a?", "[a]", "{a}", "~a",
            "a'b",
            "a\"b", "a\\b", "a\nb", "a\tb", "a\u{1B}[31m", "a\u{202E}b", "a:b", "a=b", "a!b", "a#b", "a(b", "a\u{0}b",
            "a\u{200B}b", "a\u{00A0}b",
            String(repeating: "a", count: 257),
        ])
    func harmful(candidate: String) {
        #expect(!LiveCompletion.isHarmless(candidate))
    }

    @Test(
        "ids and plain names are offered",
        arguments: [Fixture.packID, Fixture.tenant, "contoso", "Two Words", "Ünal-1_2.3+"])
    func harmless(candidate: String) {
        #expect(LiveCompletion.isHarmless(candidate))
    }

    @Test("each candidate is offered once, in the service's order, up to a bound")
    func bounds() {
        #expect(LiveCompletion.offered(["b", "a", "b", "$(x)"]) == ["b", "a"])
        #expect(LiveCompletion.offered((0..<1000).map { "w\($0)" }).count == LiveCompletion.limit)
    }

    @Test("the last status of a list is completed, and none is offered twice")
    func statuses() {
        #expect(CompletionLine(words: ["ready,exp"], index: 0).current == "ready,exp")
        let offered = StatusList.candidates(after: "ready,exp")
        #expect(offered.contains("ready,expired") && !offered.contains("ready,ready"))
    }

    private func complete(
        _ command: [String], argument: String, line: [String], service: FakeService, environment: [String: String] = [:]
    ) async -> ProgramRun {
        await run(
            ["---completion"] + command + ["--", argument, "\(line.count - 1)", "0"] + line, service: service,
            environment: environment)
    }

    @Test("ready packs are asked for where only those can be used, by their digits when there are enough")
    func packs() async throws {
        let service = FakeService()
        service.on(Methods.reviewPackServiceList) { _ in
            Proto.ListPacksResponse(packs: [Fixture.pack(.ready), Fixture.pack(.ready, id: "$(reboot)")])
        }
        let result = await complete(
            ["expire"], argument: "positional@0", line: ["reviewpackctl", "expire", "0199f3a2-7"], service: service)
        #expect(result.status == .ok)
        #expect(result.output == Fixture.packID + "\n")
        #expect(result.errors.isEmpty)
        let request = try #require(try service.requests(of: Methods.reviewPackServiceList).first)
        #expect(request.statuses == [.ready])
        #expect(request.idPart == "0199f3a27")
        #expect(request.pageSize == Int32(LiveCompletion.limit))
    }

    @Test("download offers packs, and tenants after --latest")
    func packOrTenant() async {
        let service = FakeService()
        service.on(Methods.reviewPackServiceList) { _ in Proto.ListPacksResponse(packs: [Fixture.pack(.ready)]) }
        service.on(Methods.directoryServiceListTenants) { _ in
            Proto.ListTenantsResponse(tenants: [Proto.Tenant(externalID: Fixture.tenant)])
        }
        let pack = await complete(
            ["download"], argument: "positional@0", line: ["reviewpackctl", "download", ""], service: service)
        #expect(pack.output == Fixture.packID + "\n")
        let tenant = await complete(
            ["download"], argument: "positional@0", line: ["reviewpackctl", "download", "--latest", ""],
            service: service)
        #expect(tenant.output == Fixture.tenant + "\n")
    }

    @Test(
        "an error, an unknown socket and a broken request of a script print nothing",
        arguments: [
            ["reviewpackctl", "show", ""], ["reviewpackctl", "--address", "/unreachable.sock", "show", ""],
            ["reviewpackctl", "--address", "$SOCK", "show", ""],
            ["reviewpackctl", "--on-behalf-of", "\"$ME\"", "show", ""],
        ])
    func silence(line: [String]) async {
        let result = await complete(["show"], argument: "positional@0", line: line, service: FakeService())
        #expect(result.status == .ok)
        #expect(result.output == "\n" || result.output.isEmpty)
        #expect(result.errors.isEmpty)
        let broken = await run(["---completion", "show", "--", "positional@7", "x"])
        #expect(broken.output.isEmpty && broken.errors.isEmpty)
        #expect(broken.status == .usage)
    }

    @Test("calls are made for the person and at the socket that the line names")
    func options() async throws {
        let service = FakeService()
        service.on(Methods.directoryServiceListTenants) { _ in Proto.ListTenantsResponse() }
        _ = await complete(
            ["generate"], argument: "positional@0",
            line: ["reviewpackctl", "--on-behalf-of", "'a b'", "generate", ""], service: service)
        #expect(service.metadata.first?["reviewpack-on-behalf-of"] == "a b")
    }
}
