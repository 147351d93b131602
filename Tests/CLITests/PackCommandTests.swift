import Domain
import ExitCodes
import JSONTokens
import ReviewPackAPI
import TTRPC
import TestTags
import Testing

@testable import CLI

@Suite("list and show", .tags(.commandLine, .packs))
struct ListTests {
    private func service(_ packs: [Proto.Pack]) -> FakeService {
        let service = FakeService()
        service.on(Methods.reviewPackServiceList) { _ in Proto.ListPacksResponse(packs: packs) }
        return service
    }

    private let fiveStates = [
        Fixture.pack(.queued, id: "0199f3a2-7b1c-7def-8123-000000000001"),
        Fixture.pack(.generating, id: "0199f3a2-7b1c-7def-8123-000000000002", tenantName: "日本 Ltd"),
        Fixture.pack(.ready, id: "0199f3a2-7b1c-7def-8123-000000000003", size: 104_857_600),
        Fixture.pack(.failed, id: "0199f3a2-7b1c-7def-8123-000000000004", tenantName: "evil\u{1B}[2Jname"),
        Fixture.pack(.expired, id: "0199f3a2-7b1c-7def-8123-000000000005"),
        Fixture.pack(.init(rawValue: 42), id: "0199f3a2-7b1c-7def-8123-000000000006"),
    ]

    @Test("the table is the golden one, with and without colours", arguments: [true, false])
    func table(colour: Bool) async {
        let result = await run("list", service: service(fiveStates), terminal: colour ? .person : .none)
        #expect(result.status == .ok)
        expectGolden(colour ? "list-colour" : "list-plain", result.output)
        #expect(result.errors.isEmpty)
    }

    @Test("json is an array, jsonl an object a line, id a whole id a line")
    func forms() async {
        let array = await run("list", "-o", "json", service: service(fiveStates)).output
        #expect(array.hasPrefix("[\n  {\n") && array.hasSuffix("]\n"))
        let lines = await run("list", "-o", "jsonl", service: service(fiveStates)).output.split(separator: "\n")
        #expect(lines.count == 6)
        #expect(lines.allSatisfy { $0.hasPrefix("{\"id\":\"0199f3a2-") && $0.hasSuffix("}") })
        let ids = await run("list", "-o", "id", service: service(fiveStates)).output
        #expect(ids == fiveStates.map { $0.id + "\n" }.joined())
    }

    @Test("nothing to list: a person gets the next command, a script an empty array")
    func empty() async {
        let person = await run("list", service: service([]), terminal: .plainPerson)
        expectGolden("list-empty", person.transcript)
        let tenant = await run("list", Fixture.tenant, service: service([]), terminal: .plainPerson)
        expectGolden("list-empty-tenant", tenant.transcript)
        let filtered = await run("list", "--status", "failed", service: service([]), terminal: .plainPerson)
        #expect(filtered.errors.hasPrefix("No review packs match\n"))
        #expect(await run("list", "-o", "json", service: service([]), terminal: .person).output == "[]\n")
        #expect(await run("list", "-o", "jsonl", service: service([])).output.isEmpty)
        #expect(await run("list", service: service([])).output == "ID  STATUS  TENANT  GENERATED  EXPIRES  SIZE\n")
    }

    @Test("the filters go to the service as they were given")
    func filters() async throws {
        let service = service([])
        _ = await run(
            "list", Fixture.tenant, "--status", "ready,expired", "--generated-after", "2026-01-01",
            "--generated-before", "2026-02-01T00:00:00.5Z", "--search", "con", "--sort", "status", "--limit", "7",
            service: service)
        let request = try #require(try service.requests(of: Methods.reviewPackServiceList).first)
        #expect(request.tenant == Fixture.tenant)
        #expect(request.statuses == [.ready, .expired])
        #expect(request.generatedAfter == UnixMillis(rfc3339: "2026-01-01T00:00:00Z"))
        #expect(request.generatedBefore == UnixMillis(rfc3339: "2026-02-01T00:00:00.5Z"))
        #expect(request.search == "con")
        #expect(request.sort == .status)
        #expect(request.pageSize == 7)
    }

    @Test("all pages are followed unless limited")
    func pages() async throws {
        let service = FakeService()
        service.on(Methods.reviewPackServiceList) { request in
            let page = request.pageToken.isEmpty ? 1 : 2
            return Proto.ListPacksResponse(
                packs: [Fixture.pack(.ready), Fixture.pack(.ready)], nextPageToken: page == 1 ? "two" : "")
        }
        #expect(await run("list", "-o", "id", service: service).output.split(separator: "\n").count == 4)
        #expect(
            await run("list", "-o", "id", "--limit", "3", service: service).output.split(separator: "\n").count == 3)
        let requests = try service.requests(of: Methods.reviewPackServiceList)
        #expect(requests.map(\.pageToken) == ["", "two", "", "two"])
        #expect(requests.map(\.pageSize) == [1000, 1000, 3, 1])
    }

    @Test("show has all sections and the caller's next commands", arguments: ["ready", "failed", "queued"])
    func show(word: String) async throws {
        let status = try #require(Proto.PackStatus(word: word))
        let service = FakeService()
        service.on(Methods.reviewPackServiceGet) { _ in
            Proto.GetPackResponse(
                pack: Fixture.pack(status), actions: word == "ready" ? ["download", "expire", "regenerate", "fly"] : [])
        }
        let result = await run("show", Fixture.packID, service: service, terminal: .plainPerson)
        #expect(result.status == .ok)
        expectGolden("show-\(word)", result.output)
        let json = await run("show", Fixture.packID, "-o", "json", service: service).output
        #expect(
            json
                == String(decoding: JSONText.encode(OutputValue(Fixture.pack(status)), style: .indented), as: UTF8.self)
        )
    }
}

@Suite("Abbreviated ids", .tags(.commandLine))
struct IDReferenceTests {
    @Test("the digits, without dashes and in lower case, are the service's to find")
    func part() async throws {
        let service = FakeService()
        service.on(Methods.reviewPackServiceList) { _ in Proto.ListPacksResponse(packs: [Fixture.pack(.ready)]) }
        service.on(Methods.reviewPackServiceGet) { _ in Proto.GetPackResponse(pack: Fixture.pack(.ready)) }
        let result = await run("show", "0199F3A2-7b", "-o", "id", service: service)
        #expect(result.output == Fixture.packID + "\n")
        #expect(try service.requests(of: Methods.reviewPackServiceList).first?.idPart == "0199f3a27b")
        #expect(try service.requests(of: Methods.reviewPackServiceGet).first?.id == Fixture.packID)
    }

    @Test("32 digits without dashes are a whole id of a pack and of a tenant")
    func undashed() async throws {
        let service = FakeService()
        service.on(Methods.reviewPackServiceGet) { _ in Proto.GetPackResponse(pack: Fixture.pack(.ready)) }
        service.on(Methods.reviewPackServiceGetCard) { _ in Proto.GetCardResponse(tenantName: "Contoso Ltd") }
        _ = await run("show", Fixture.packID.filter { $0 != "-" }.uppercased(), service: service)
        _ = await run("card", Fixture.tenant.filter { $0 != "-" }, service: service)
        #expect(try service.requests(of: Methods.reviewPackServiceGet).map(\.id) == [Fixture.packID])
        #expect(try service.requests(of: Methods.reviewPackServiceGetCard).map(\.tenant) == [Fixture.tenant])
    }

    @Test("a whole id asks no list")
    func whole() async {
        let service = FakeService()
        service.on(Methods.reviewPackServiceGet) { _ in Proto.GetPackResponse(pack: Fixture.pack(.ready)) }
        _ = await run("show", Fixture.packID.uppercased(), service: service)
        #expect(service.calledMethods == [Methods.reviewPackServiceGet.erased.path])
    }

    @Test("an ambiguous part lists its candidates and ends with 64")
    func ambiguous() async {
        let service = FakeService()
        service.on(Methods.reviewPackServiceList) { _ in
            Proto.ListPacksResponse(packs: [
                Fixture.pack(.ready, id: "0199f3a2-7b1c-7def-8123-000000000001"),
                Fixture.pack(.expired, id: "0199f3a2-7b1c-7def-8123-000000000002", tenantName: "Fab\u{1B}rikam"),
            ])
        }
        let result = await run("show", "0199f3a2", service: service)
        #expect(result.status == .usage)
        expectGolden("ambiguous", result.transcript)
    }

    @Test("a part that nothing has ends with 4")
    func none() async {
        let service = FakeService()
        service.on(Methods.reviewPackServiceList) { _ in Proto.ListPacksResponse() }
        let result = await run("show", "abcdef", service: service)
        #expect(result.status == .notFound)
        #expect(result.errors.contains("[NOT_FOUND]"))
    }

    @Test(
        "what is no id is refused before the service is asked",
        arguments: ["abcde", "xyzxyz", "", "0199f3a2-zz", "12345"])
    func noID(text: String) async {
        let service = FakeService()
        let result = await run("show", text, service: service)
        #expect(result.status == .usage)
        #expect(service.calledMethods.isEmpty)
    }

    @Test("a tenant's GUID may be shortened too")
    func tenant() async throws {
        let service = FakeService()
        service.on(Methods.directoryServiceListTenants) { _ in
            Proto.ListTenantsResponse(tenants: [
                Proto.Tenant(externalID: Fixture.tenant, name: "Contoso Ltd"),
                Proto.Tenant(externalID: "11111111-6c1c-4d0a-9d53-2f1d1a6f8b11", name: "Fabrikam"),
            ])
        }
        service.on(Methods.reviewPackServiceGetCard) { _ in Proto.GetCardResponse(tenantName: "Contoso Ltd") }
        _ = await run("card", "7f6d1d7e", service: service)
        #expect(try service.requests(of: Methods.reviewPackServiceGetCard).first?.tenant == Fixture.tenant)
    }
}

@Suite("generate, watch and card", .tags(.commandLine, .packs))
struct GenerateTests {
    private func service(
        ending: Proto.PackStatus = .ready, outcome: Proto.GenerateOutcome = .created, readyBefore: Bool = false
    ) -> FakeService {
        let service = FakeService()
        service.on(Methods.reviewPackServiceGenerate) { _ in
            Proto.GenerateResponse(pack: Fixture.pack(outcome == .reused ? .ready : .queued), outcome: outcome)
        }
        service.on(Methods.reviewPackServiceList) { _ in
            Proto.ListPacksResponse(packs: readyBefore ? [Fixture.pack(.ready)] : [])
        }
        service.on(Methods.reviewPackServiceGet) { _ in Proto.GetPackResponse(pack: Fixture.pack(.ready)) }
        service.onStream(Methods.reviewPackServiceWatch) { _ in
            [
                Proto.WatchPackResponse(pack: Fixture.pack(.queued), progress: Proto.PackProgress(phase: "queued")),
                Proto.WatchPackResponse(
                    pack: Fixture.pack(.generating),
                    progress: Proto.PackProgress(phase: "findings", findingsDone: 1, findingsTotal: 4)),
                Proto.WatchPackResponse(
                    pack: Fixture.pack(.generating),
                    progress: Proto.PackProgress(phase: "findings", findingsDone: 4, findingsTotal: 4)),
                Proto.WatchPackResponse(pack: Fixture.pack(ending), progress: Proto.PackProgress(phase: "done")),
            ]
        }
        return service
    }

    @Test("a script does not wait: it gets the queued pack and how to follow it")
    func noWait() async throws {
        let service = service()
        let result = await run("generate", Fixture.tenant, "--no-pii", service: service)
        #expect(result.status == .ok)
        expectGolden("generate-queued", result.transcript)
        let request = try #require(try service.requests(of: Methods.reviewPackServiceGenerate).first)
        #expect(request.includePII == false)
        #expect(request.includeOperations == nil)
        #expect(request.requestID.flatMap { RequestID($0) } != nil)
        #expect(!service.calledMethods.contains(Methods.reviewPackServiceWatch.erased.path))
    }

    @Test("--wait answers with the pack as it ended, as an object with pack and outcome")
    func wait() async {
        let result = await run("generate", Fixture.tenant, "--wait", "-o", "json", service: service())
        #expect(result.status == .ok)
        expectGolden("generate-wait-json", result.output)
        #expect(result.errors.isEmpty)
    }

    @Test("on a terminal waiting is the default, with progress on standard error that is taken away")
    func terminal() async {
        let result = await run("generate", Fixture.tenant, service: service(), terminal: .plainPerson)
        #expect(result.output.contains("Status    ready"))
        #expect(result.errors.contains("\rqueued\u{1B}[K"))
        #expect(result.errors.hasSuffix("\r\u{1B}[K"))
    }

    @Test("a pack that ends failed is printed, and exits 1 with the sanitised reason")
    func failed() async {
        let result = await run("generate", Fixture.tenant, "--wait", service: service(ending: .failed))
        #expect(result.status == .failure)
        expectGolden("generate-failed", result.transcript)
    }

    @Test("a reused pack says so")
    func reused() async {
        let result = await run("generate", Fixture.tenant, service: service(outcome: .reused))
        #expect(result.output.contains("Outcome   reused"))
    }

    @Test("an active generation ends with 75 and the way to wait for it")
    func active() async {
        let service = FakeService()
        service.on(Methods.reviewPackServiceGenerate) { _ in
            throw RPCFailure.of(
                .generationInProgress, "a pack of this tenant is being generated", metadata: ["pack": Fixture.packID]
            )
        }
        let result = await run("generate", Fixture.tenant, service: service)
        #expect(result.status == .temporary)
        expectGolden("generate-active", result.transcript)
    }

    @Test(
        "regenerating asks when a ready pack exists",
        arguments: [("y", true), ("yes", true), ("n", false), ("", false)])
    func regenerate(answer: String, proceeds: Bool) async throws {
        let service = service(readyBefore: true)
        let result = await run(
            "generate", Fixture.tenant, "--regenerate", Fixture.packID, "--no-wait", service: service,
            terminal: .plainPerson, answers: [answer])
        #expect(result.status == (proceeds ? .ok : .failure))
        #expect(result.errors.hasPrefix("Pack 89abcdef of Contoso Ltd is ready. Generate a new one? [y/N] "))
        let requests = try service.requests(of: Methods.reviewPackServiceGenerate)
        #expect(requests.map(\.regenerateFrom) == (proceeds ? [Fixture.packID] : []))
    }

    @Test("nobody is asked about a pack of another tenant, or about none")
    func regenerateForeign() async throws {
        let service = service(readyBefore: true)
        let other = "00000000-0000-4000-8000-000000000001"
        let foreign = await run(
            "generate", other, "--regenerate", Fixture.packID, service: service, terminal: .plainPerson, answers: ["y"])
        #expect(foreign.status == .usage)
        #expect(foreign.errors.hasPrefix("error: pack \(Fixture.packID) is of another tenant"))
        service.on(Methods.reviewPackServiceGet) { _ in throw RPCFailure.of(.notFound, "not found") }
        let absent = await run(
            "generate", Fixture.tenant, "--regenerate", Fixture.packID, service: service, terminal: .plainPerson)
        #expect(absent.errors.hasPrefix("error: pack \(Fixture.packID): not found [NOT_FOUND]"))
        #expect(try service.requests(of: Methods.reviewPackServiceGenerate).isEmpty)
    }

    @Test("without a terminal regenerating needs --yes, else 64")
    func regenerateScript() async throws {
        let refused = service(readyBefore: true)
        #expect(
            await run("generate", Fixture.tenant, "--regenerate", Fixture.packID, service: refused).status == .usage)
        #expect(try refused.requests(of: Methods.reviewPackServiceGenerate).isEmpty)
        let confirmed = service(readyBefore: true)
        #expect(
            await run("generate", Fixture.tenant, "--regenerate", Fixture.packID, "--yes", service: confirmed).status
                == .ok)
        let noneReady = service(readyBefore: false)
        #expect(await run("generate", Fixture.tenant, "--regenerate", Fixture.packID, service: noneReady).status == .ok)
    }

    @Test("watch prints each change once, and every message as jsonl")
    func watch() async {
        let text = await run("watch", Fixture.packID, service: service())
        #expect(text.output == "queued\ngenerating  findings\nready\n")
        #expect(text.status == .ok)
        let lines = await run("watch", Fixture.packID, "-o", "jsonl", service: service()).output.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(await run("watch", Fixture.packID, service: service(ending: .failed)).status == .failure)
    }

    @Test("on a terminal the progress line is taken away before a line of the result")
    func watchOnTerminal() async {
        let both = MemoryChannel()
        _ = await run("watch", Fixture.packID, service: service(), terminal: .plainPerson, output: both, errors: both)
        #expect(both.text.hasPrefix("queued\n\rqueued\u{1B}[K\r\u{1B}[Kgenerating  findings\n\rfindings ["))
        #expect(both.text.hasSuffix("\r\u{1B}[Kready\n"))
    }

    @Test(
        "the card of each state has its fixed words",
        arguments: ["none", "queued", "generating", "ready", "failed", "expired"])
    func card(state: String) async {
        let service = FakeService()
        service.on(Methods.reviewPackServiceGetCard) { _ in Fixture.card(state) }
        let result = await run("card", Fixture.tenant, service: service, terminal: .plainPerson)
        #expect(result.status == .ok)
        expectGolden("card-\(state)", result.output)
    }

    @Test("a pack that was expired before its time shows when that was, one that is past its time shows that")
    func expiredCard() async {
        let service = FakeService()
        service.on(Methods.reviewPackServiceGetCard) { _ in Fixture.card("expired") }
        let early = await run("card", Fixture.tenant, service: service)
        #expect(early.output.contains("Expired       2026-02-25T06:13:21.500Z"))
        service.on(Methods.reviewPackServiceGetCard) { _ in
            var card = Fixture.card("expired")
            card.pack?.expiresAt = Fixture.now.advanced(byDays: -1)
            return card
        }
        let late = await run("card", Fixture.tenant, service: service)
        #expect(late.output.contains("Expired       2026-02-24T06:13:20Z"))
    }
}

extension Fixture {
    static func card(_ state: String) -> Proto.GetCardResponse {
        var card = Proto.GetCardResponse(tenantExternalID: tenant, tenantName: "Contoso Ltd")
        func action(_ name: String, _ label: String, _ command: String) -> Proto.CardAction {
            Proto.CardAction(name: name, label: label, command: "reviewpackctl \(command)")
        }
        card.pack = Proto.PackStatus(word: state).map { pack($0) }
        switch state {
        case "none": card.actions = [action("generate", "Generate", "generate \(tenant)")]
        case "generating":
            card.progress = Proto.PackProgress(phase: "findings", findingsDone: 50, findingsTotal: 200)
        case "ready":
            card.actions = [
                action("download", "Download", "download \(packID)"),
                action("regenerate", "Generate new", "generate \(tenant)"),
            ]
        case "failed":
            card.failureMessage = "There was no space left to store the pack."
            card.actions = [action("retry", "Retry", "generate \(tenant)")]
        case "expired": card.actions = [action("regenerate", "Generate new", "generate \(tenant)")]
        default: break
        }
        return card
    }
}

@Suite("token and expire", .tags(.commandLine, .packs, .access))
struct TokenAndExpireTests {
    @Test("the token stands alone on standard output, or with its end as JSON")
    func token() async {
        let service = FakeService()
        service.on(Methods.reviewPackServiceIssueDownloadToken) { _ in
            Proto.IssueDownloadTokenResponse(token: "v1.secret", expiresAt: Fixture.now)
        }
        #expect(await run("token", Fixture.packID, service: service).output == "v1.secret\n")
        let json = await run("token", Fixture.packID, "-o", "jsonl", service: service).output
        #expect(json == #"{"token":"v1.secret","expires_at":"2026-02-25T06:13:20Z"}"# + "\n")
    }

    private func expiring() -> FakeService {
        let service = FakeService()
        service.on(Methods.reviewPackServiceGet) { _ in Proto.GetPackResponse(pack: Fixture.pack(.ready)) }
        service.on(Methods.reviewPackServiceExpire) { _ in Proto.ExpirePackResponse(pack: Fixture.pack(.expired)) }
        return service
    }

    @Test("expire asks on a terminal", arguments: [("y", true), ("no", false)])
    func asks(answer: String, proceeds: Bool) async {
        let service = expiring()
        let result = await run("expire", Fixture.packID, service: service, terminal: .plainPerson, answers: [answer])
        #expect(result.status == (proceeds ? .ok : .failure))
        #expect(service.calledMethods.contains(Methods.reviewPackServiceExpire.erased.path) == proceeds)
        #expect(result.errors.hasPrefix("Delete the file of pack 89abcdef of Contoso Ltd? [y/N] "))
    }

    @Test("without a terminal and without --yes expire refuses with 64 and changes nothing")
    func refuses() async {
        let service = expiring()
        let result = await run("expire", Fixture.packID, service: service)
        #expect(result.status == .usage)
        expectGolden("expire-refused", result.transcript)
        #expect(!service.calledMethods.contains(Methods.reviewPackServiceExpire.erased.path))
        #expect(await run("expire", Fixture.packID, "--yes", service: service).output == "\(Fixture.packID)  expired\n")
    }
}
