import Bytes
import Domain
import ReviewPackAPI
import Storage
import TestTags
import Testing

@testable import Daemon

@Suite("Imports", .tags(.evidence))
struct ImportTests {
    /// One OCSF finding in Prowler's shape, with what the tests vary.
    static func ocsf(
        _ check: String, resource: String, _ code: String, run: String, at: String,
        tenant: String = ServiceFixture.contoso
    ) -> String {
        """
        {"class_uid":2004,"metadata":{"event_code":"\(check)","version":"1.4.0","tenant_uid":"\(tenant)",\
        "product":{"name":"Prowler","version":"5.0"}},"severity":"High","severity_id":4,"status_code":"\(code)",\
        "status_id":1,"status":"New","status_detail":"detail of \(resource)","time_dt":"\(at)",\
        "finding_info":{"title":"Title of \(check)","desc":"Description","uid":"u-\(check)-\(resource)"},\
        "resources":[{"uid":"\(resource)","name":"name of \(resource)","type":"user"}],\
        "unmapped":{"scan_id":"\(run)"}}
        """
    }

    static func scan(_ findings: [String]) -> String { "[" + findings.joined(separator: ",") + "]" }

    func statuses(_ fixture: ServiceFixture) async throws -> [String: Int64] {
        var request = Proto.GetTenantRequest()
        request.tenant = ServiceFixture.contoso
        let response = try await fixture.call(Methods.directoryServiceGetTenant, request)
        return Dictionary(uniqueKeysWithValues: response.findingsByStatus.map { ($0.status, $0.findings) })
    }

    func revision(_ fixture: ServiceFixture) async throws -> Digest256 {
        let id = try #require(TenantExternalID(ServiceFixture.contoso))
        let tenant = try #require(try await fixture.store.tenant(externalID: id))
        return try await fixture.store.withSnapshots(of: tenant.id) { snapshots in
            try snapshots.read { try $0.fingerprint(options: PackOptions()) }
        }
    }

    @Test(
        """
        two runs of a scanner open, resolve, reopen and count as the lifecycle says, and the same run again changes \
        nothing
        """
    )
    func lifecycle() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let day1 = "2026-02-01T00:00:00"
        let day2 = "2026-02-02T00:00:00"
        let day3 = "2026-02-03T00:00:00"
        let first = Self.scan([
            Self.ocsf("a", resource: "r1", "FAIL", run: "1", at: day1),
            Self.ocsf("a", resource: "r2", "FAIL", run: "1", at: day1),
            Self.ocsf("b", resource: "r1", "FAIL", run: "1", at: day1),
            Self.ocsf("c", resource: "r1", "PASS", run: "1", at: day1),
            Self.ocsf("d", resource: "r1", "MANUAL", run: "1", at: day1),
        ])
        let one = try await fixture.importFindings(text: first)
        #expect([one.read, one.inserted, one.countedOnly] == [5, 3, 2])
        #expect(one.runID == "1")
        #expect(try await statuses(fixture) == ["open": 3, "acknowledged": 0, "resolved": 0])

        let second = Self.scan([
            Self.ocsf("a", resource: "r1", "PASS", run: "2", at: day2),
            Self.ocsf("c", resource: "r1", "FAIL", run: "2", at: day2),
        ])
        let two = try await fixture.importFindings(text: second)
        // a/r1 passed, a/r2 is absent of an evaluated check, b was not looked at, c is new.
        #expect([two.inserted, two.resolved] == [1, 2])
        #expect(try await statuses(fixture) == ["open": 2, "acknowledged": 0, "resolved": 2])

        let before = try await revision(fixture)
        let again = try await fixture.importFindings(text: second)
        #expect([again.inserted, again.updated, again.resolved, again.reopened] == [0, 0, 0, 0])
        let late = try await fixture.importFindings(text: first)
        #expect([late.inserted, late.reopened, late.resolved] == [0, 0, 0])
        #expect(try await revision(fixture) == before)

        let third = Self.scan([
            Self.ocsf("a", resource: "r1", "FAIL", run: "3", at: day3),
            Self.ocsf("c", resource: "r1", "MUTED", run: "3", at: day3),
        ])
        let three = try await fixture.importFindings(text: third)
        #expect([three.reopened, three.updated] == [1, 1])
        #expect(try await statuses(fixture) == ["open": 2, "acknowledged": 1, "resolved": 1])
    }

    @Test("the same findings on another path give the same fingerprint of the evidence")
    func pathIndependence() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let base = Self.scan([Self.ocsf("a", resource: "r1", "FAIL", run: "1", at: "2026-02-01T00:00:00")])
        try await fixture.importFindings(text: base)
        let before = try await revision(fixture)
        try await fixture.importFindings([.low], prefix: "n", seenAt: "2026-02-01T00:00:00Z")
        #expect(try await revision(fixture) != before)
        try await fixture.importFindings(
            text: """
                {"uid":"n-0","check_id":"check_0","title":"Check 0","severity":"low","status":"resolved",\
                "resource_type":"user","resource_uid":"res-0","resource_name":"Resource 0",\
                "first_seen_at":"2026-02-01T00:00:00Z","last_seen_at":"2026-02-01T00:00:00Z"}
                """)
        #expect(try await revision(fixture) == before)
    }

    @Test("a bad record refuses the whole import with its position, unless it is asked to pass over bad ones")
    func badRecords() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let good = """
            {"uid":"g","check_id":"c","title":"t","severity":"low","status":"open","resource_type":"user",\
            "resource_uid":"r","resource_name":"n",\
            "first_seen_at":"2026-02-01T00:00:00Z",\
            "last_seen_at":"2026-03-01T00:00:00Z"}
            """
        let text = good + "\n" + good.replacing("\"open\"", with: "\"loud\"").replacing("\"g\"", with: "\"h\"") + "\n"
        #expect(await fixture.reason { try await fixture.importFindings(text: text) } == "INVALID_RECORD")
        #expect(try await statuses(fixture) == ["open": 0, "acknowledged": 0, "resolved": 0])

        var header = Proto.ImportFindingsHeader()
        header.tenant = ServiceFixture.contoso
        header.skipBadRecords = true
        var first = Proto.ImportFindingsRequest()
        first.part = .header(header)
        var second = Proto.ImportFindingsRequest()
        second.part = .chunk(Array((text + good + "\n").utf8))
        let response = try await fixture.upload(Methods.ingestServiceImportFindings, [first, second])
        // The second is no status, the third repeats the first one's uid.
        #expect([response.read, response.inserted, response.rejected] == [3, 1, 2])
        #expect(response.rejections.count == 2)
        #expect(response.rejections.first?.hasPrefix("record 2, line 2") == true)
    }

    @Test(
        "input that cannot be used is refused with its own reason",
        arguments: [
            ("[{\"class_uid\":2004", "TRUNCATED_INPUT"), ("{]", "INVALID_JSON"), ("", "TRUNCATED_INPUT"),
            ("{\"uid\":\"\u{01}\"}", "INVALID_JSON"), ("42", "INVALID_RECORD"),
        ])
    func badInput(text: String, reason: String) async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        #expect(await fixture.reason { try await fixture.importFindings(text: text) } == reason)
    }

    @Test("a caller whose share of imports is full gets JOB_LIMIT until one has ended; others are not concerned")
    func share() async throws {
        var settings = Settings()
        settings.importsPerUser = 1
        let gate = Gate(.importBeforeApply)
        let fixture = try ServiceFixture(settings: settings, faults: gate.hook)
        try await fixture.makeTenant()
        let first = Task { try await fixture.importFindings([.low]) }
        await gate.reached()
        #expect(await fixture.reason { try await fixture.importFindings([.low], prefix: "g") } == "JOB_LIMIT")
        try fixture.core.imports.take(uid: 7, limit: settings.importsPerUser)
        fixture.core.imports.release(uid: 7)
        gate.open()
        #expect(try await first.value.inserted == 1)
        #expect(try await fixture.importFindings([.low], prefix: "h").inserted == 1)
    }

    @Test("a record of another tenant refuses the import")
    func otherTenant() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let scan = Self.scan([
            Self.ocsf("a", resource: "r", "FAIL", run: "1", at: "2026-02-01T00:00:00", tenant: ServiceFixture.fabrikam)
        ])
        #expect(await fixture.reason { try await fixture.importFindings(text: scan) } == "TENANT_MISMATCH")
    }

    @Test("an import without its header, with two, or with a message that holds nothing, is refused and stores nothing")
    func headers() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        var chunk = Proto.ImportFindingsRequest()
        chunk.part = .chunk([0x5B, 0x5D])
        var header = Proto.ImportFindingsRequest()
        var content = Proto.ImportFindingsHeader()
        content.tenant = ServiceFixture.contoso
        header.part = .header(content)
        let nothing = Proto.ImportFindingsRequest()
        for messages in [
            [], [chunk], [header, header], [header, chunk, header], [nothing, chunk], [header, nothing, chunk],
            [header, chunk, nothing, chunk], [header, chunk, nothing],
        ] {
            #expect(
                await fixture.reason { _ = try await fixture.upload(Methods.ingestServiceImportFindings, messages) }
                    == "INVALID_FIELD")
        }
    }

    @Test("a message that holds nothing does not pass for the end of a report or of operation runs")
    func emptyMessages() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        typealias Report = Proto.ImportReportRequest
        let report = Proto.ImportReportHeader(tenant: ServiceFixture.contoso, type: .entraAdminRoles)
        #expect(
            await fixture.reason {
                _ = try await fixture.upload(
                    Methods.ingestServiceImportReport,
                    [Report(part: .header(report)), Report(part: .chunk(Array("{}".utf8))), Report()])
            } == "INVALID_FIELD")
        typealias Operations = Proto.ImportOperationsRequest
        let operations = Proto.ImportOperationsHeader(tenant: ServiceFixture.contoso)
        #expect(
            await fixture.reason {
                _ = try await fixture.upload(
                    Methods.ingestServiceImportOperations, [Operations(part: .header(operations)), Operations()])
            } == "INVALID_FIELD")
    }

    @Test("a retried import with its request_id answers the same and writes nothing; other bytes with it are refused")
    func retry() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        func send(_ text: String) async throws -> Proto.ImportFindingsResponse {
            var content = Proto.ImportFindingsHeader()
            content.tenant = ServiceFixture.contoso
            content.requestID = "01890a5d-ac96-774b-bcce-b302099a8057"
            var header = Proto.ImportFindingsRequest()
            header.part = .header(content)
            var chunk = Proto.ImportFindingsRequest()
            chunk.part = .chunk(Array(text.utf8))
            return try await fixture.upload(Methods.ingestServiceImportFindings, [header, chunk])
        }
        let scan = Self.scan([Self.ocsf("a", resource: "r", "FAIL", run: "1", at: "2026-02-01T00:00:00")])
        let first = try await send(scan)
        #expect(try await send(scan) == first)
        #expect(await fixture.reason { _ = try await send("[]") } == "REQUEST_ID_REUSED")
    }

    @Test(
        "more records than fit into one sorted run come out the same as in one, however the file is cut",
        arguments: [(200, 97), (7000, 65_521), (7000, 1 << 20)])
    func sortedRuns(count: Int, chunk: Int) async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let detail = String(repeating: "x", count: 3000)
        let lines = (0..<count).map { index in
            """
            {"uid":"f-\(index)","check_id":"c\(index % 7)","title":"t","severity":"low","status":"open",\
            "detail":"\(detail)",\
            "resource_type":"user","resource_uid":"r","resource_name":"n","first_seen_at":"2026-02-01T00:00:00Z",\
            "last_seen_at":"2026-02-01T00:00:00Z"}
            """
        }
        let bytes = Array(lines.joined(separator: "\n").utf8)
        var content = Proto.ImportFindingsHeader()
        content.tenant = ServiceFixture.contoso
        var header = Proto.ImportFindingsRequest()
        header.part = .header(content)
        let chunks = stride(from: 0, to: bytes.count, by: chunk).map { start in
            var request = Proto.ImportFindingsRequest()
            request.part = .chunk(Array(bytes[start..<min(bytes.count, start + chunk)]))
            return request
        }
        let response = try await fixture.upload(Methods.ingestServiceImportFindings, [header] + chunks)
        #expect(response.inserted == Int64(count))
        let pack = try await fixture.finished(fixture.generate().pack?.id ?? "")
        #expect(pack.summary?.findings == Int64(count))
    }
}
