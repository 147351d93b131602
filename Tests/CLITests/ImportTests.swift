import Domain
import ExitCodes
import ReviewPackAPI
import ReviewPackClient
import TTRPC
import TestTags
import Testing

@testable import CLI

@Suite("import", .tags(.commandLine, .evidence))
struct ImportTests {
    private let scratch = ScratchDirectory()

    private func service() -> FakeService {
        let service = FakeService()
        service.onUpload(Methods.ingestServiceImportFindings) { (_: [Proto.ImportFindingsRequest]) in
            var response = Proto.ImportFindingsResponse()
            response.read = 120
            response.inserted = 118
            response.countedOnly = 2
            response.operationRunID = Fixture.runID
            response.runID = "run\u{1B}1"
            response.runAt = Fixture.now
            response.format = .ocsf
            response.inputSHA256 = [UInt8](repeating: 1, count: 32)
            response.warnings = ["record 3: severity text and id disagree\u{1B}"]
            response.warningCount = 5
            return response
        }
        return service
    }

    @Test("the file goes as a header and full chunks, in order")
    func chunks() async throws {
        let bytes = [UInt8]((0..<600_000).map { UInt8(truncatingIfNeeded: $0 / 3) })
        let file = scratch.write("scan.json", bytes)
        let service = service()
        let result = await run(
            "import", "findings", Fixture.tenant, file, "--format", "ocsf", "--skip-bad-records", service: service)
        #expect(result.status == .ok)
        expectGolden("import-findings", result.transcript)
        let parts = try service.requests(of: Methods.ingestServiceImportFindings).compactMap(\.part)
        guard case .header(let header) = try #require(parts.first) else {
            Issue.record("the first part is no header")
            return
        }
        #expect(header.tenant == Fixture.tenant)
        #expect(header.format == .ocsf)
        #expect(header.skipBadRecords && !header.allowTenantMismatch)
        #expect(header.requestID.flatMap { RequestID($0) } != nil)
        let chunks = parts.dropFirst().map { if case .chunk(let chunk) = $0 { chunk } else { [UInt8]() } }
        #expect(chunks.map(\.count) == [262_144, 262_144, 75_712])
        #expect(chunks.flatMap { $0 } == bytes)
    }

    @Test("- reads standard input")
    func standardInput() async throws {
        let service = service()
        let result = await run("import", "findings", Fixture.tenant, "-", service: service, input: Array("[]".utf8))
        #expect(result.status == .ok)
        let parts = try service.requests(of: Methods.ingestServiceImportFindings).compactMap(\.part)
        #expect(parts.dropFirst() == [.chunk(Array("[]".utf8))])
    }

    @Test("progress is drawn on a terminal alone")
    func progress() async {
        let file = scratch.write("scan.json", [UInt8](repeating: 32, count: 300_000))
        let person = await run("import", "findings", Fixture.tenant, file, service: service(), terminal: .plainPerson)
        #expect(person.errors.contains("\rImporting ["))
        let script = await run("import", "findings", Fixture.tenant, file, service: service())
        #expect(!script.errors.contains("Importing"))
    }

    @Test("as JSON the warnings are in the result, not beside it")
    func json() async {
        let result = await run(
            "import", "findings", Fixture.tenant, "-", "-o", "json", service: service(), input: [])
        #expect(result.errors.isEmpty)
        #expect(result.output.contains(#""warning_count": 5"#))
    }

    @Test(
        "a file that is not there ends with 66 before the service is asked",
        arguments: ["findings", "operations", "hardening"])
    func noInput(kind: String) async {
        let service = service()
        let result = await run("import", kind, Fixture.tenant, "\(scratch.path)/none", service: service)
        #expect(result.status == .noInput)
        #expect(service.calledMethods.isEmpty)
    }

    @Test("a bad record ends with 65 and the service's sentence")
    func badRecord() async {
        let service = FakeService()
        service.onUpload(Methods.ingestServiceImportFindings) {
            (_: [Proto.ImportFindingsRequest]) -> Proto.ImportFindingsResponse in
            throw RPCFailure.of(.invalidRecord, "record 7 (line 9): severity is missing")
        }
        let result = await run("import", "findings", Fixture.tenant, "-", service: service)
        #expect(result.status == .badData)
        expectGolden("import-bad-record", result.transcript)
    }

    @Test("a report goes with its type and time")
    func report() async throws {
        let service = FakeService()
        service.onUpload(Methods.ingestServiceImportReport) { (_: [Proto.ImportReportRequest]) in
            var response = Proto.ImportReportResponse()
            response.outcome = "created"
            response.latest = true
            response.payloadBytes = 2048
            response.operationRunID = Fixture.runID
            response.measuredAt = Fixture.now
            response.fingerprint = [UInt8](repeating: 2, count: 32)
            return response
        }
        let result = await run(
            "import", "report", Fixture.tenant, "-", "--type", "entra.admin_roles", "--measured-at",
            "2026-02-25T06:13:20Z", service: service, input: Array("{}".utf8))
        expectGolden("import-report", result.transcript)
        guard case .header(let header) = try service.requests(of: Methods.ingestServiceImportReport).first?.part else {
            Issue.record("the first part is no header")
            return
        }
        #expect(header.type == .entraAdminRoles)
        #expect(header.measuredAt == Fixture.now)
    }

    @Test("hardening settings go in one call, at most 1 MiB")
    func hardening() async throws {
        let service = FakeService()
        service.on(Methods.ingestServicePutHardening) { _ in
            Proto.PutHardeningResponse(outcome: "updated", operationRunID: Fixture.runID)
        }
        let result = await run(
            "import", "hardening", Fixture.tenant, "-", service: service, input: Array(#"{"scope_mode":"all"}"#.utf8))
        #expect(result.output.contains("Outcome        updated"))
        let request = try #require(try service.requests(of: Methods.ingestServicePutHardening).first)
        #expect(request.document == Array(#"{"scope_mode":"all"}"#.utf8))
        let large = await run(
            "import", "hardening", Fixture.tenant, "-", service: service,
            input: [UInt8](repeating: 32, count: (1 << 20) + 1))
        #expect(large.status == .badData)
    }
}
