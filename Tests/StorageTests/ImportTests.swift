import Bytes
import Domain
import Evidence
import Foundation
import GRDB
import TestTags
import Testing

@testable import Storage

@Suite("Importing findings", .tags(.evidence))
struct FindingsImportTests {
    private typealias Record = (check: String, resource: String, result: String)

    @Test("two runs walk every transition, and the same run again changes nothing")
    func twoRuns() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let first: [Record] = [
            ("mfa", "a@x.org", "FAIL"), ("mfa", "b@x.org", "FAIL"), ("mfa", "c@x.org", "FAIL"),
            ("mfa", "d@x.org", "MUTED"),
            ("old", "e@x.org", "FAIL"), ("mfa", "f@x.org", "PASS"), ("man", "g@x.org", "MANUAL"),
        ]
        let one = try await test.importFindings(OCSF.run("r1", at: "2026-02-01T00:00:00Z", first), into: tenant)
        #expect(one.counts.read == 7 && one.counts.inserted == 5 && one.counts.counted == 2)
        let before = try await test.evidence(tenant)
        let repeated = try await test.importFindings(OCSF.run("r1", at: "2026-02-01T00:00:00Z", first), into: tenant)
        #expect(repeated.counts.unchanged == 5 && repeated.counts.updated == 0 && repeated.counts.inserted == 0)
        #expect(try await test.evidence(tenant) == before)
        // a stays, b passes, c is absent, d is no longer muted, e's check was not looked at, h is new.
        let second: [Record] = [
            ("mfa", "a@x.org", "FAIL"), ("mfa", "b@x.org", "PASS"), ("mfa", "d@x.org", "FAIL"),
            ("mfa", "h@x.org", "FAIL"),
        ]
        let two = try await test.importFindings(OCSF.run("r2", at: "2026-02-08T00:00:00Z", second), into: tenant)
        #expect(
            two.counts.inserted == 1 && two.counts.resolved == 2 && two.counts.reopened == 1 && two.counts.updated == 1)
        let after = try await test.evidence(tenant)
        #expect(Set(after.findings.map(\.resource)) == ["a@x.org", "d@x.org", "e@x.org", "h@x.org"])
        #expect(after.findings.allSatisfy { $0.status == .open })
        let a = try #require(after.findings.first { $0.resource == "a@x.org" })
        #expect(a.firstSeenAt < a.lastSeenAt)
        // A third run fails b again.
        let three = try await test.importFindings(
            OCSF.run("r3", at: "2026-02-09T00:00:00Z", [("mfa", "b@x.org", "FAIL")]), into: tenant)
        #expect(three.counts.reopened == 1 && three.counts.resolved == 3)
    }

    @Test("a late older run only lowers first seen, and resolves nothing that a newer run looked at")
    func lateRun() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        _ = try await test.importFindings(
            OCSF.run("r2", at: "2026-02-08T00:00:00Z", [("mfa", "a", "FAIL"), ("mfa", "b", "MANUAL")]), into: tenant)
        let late = try await test.importFindings(
            OCSF.run("r1", at: "2026-02-01T00:00:00Z", [("mfa", "a", "FAIL"), ("mfa", "c", "FAIL")]), into: tenant)
        let findings = try await test.evidence(tenant).findings
        #expect(findings.map(\.resource) == ["a"])
        #expect(findings[0].firstSeenAt.description == "2026-02-01T00:00:00Z")
        #expect(findings[0].lastSeenAt.description == "2026-02-08T00:00:00Z")
        #expect(late.counts.resolved == 0)
    }

    @Test("a finding that a newer run listed without a verdict is not resolved by a late older run")
    func lateAbsence() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        _ = try await test.importFindings(
            OCSF.run("r1", at: "2026-02-01T00:00:00Z", [("mfa", "a", "FAIL"), ("mfa", "b", "FAIL")]), into: tenant)
        _ = try await test.importFindings(
            OCSF.run("r3", at: "2026-02-20T00:00:00Z", [("mfa", "a", "FAIL"), ("mfa", "b", "MANUAL")]), into: tenant)
        _ = try await test.importFindings(
            OCSF.run("r2", at: "2026-02-10T00:00:00Z", [("mfa", "a", "FAIL")]), into: tenant)
        #expect(try await test.evidence(tenant).findings.map(\.resource).sorted() == ["a", "b"])
    }

    @Test("the same findings give the same revision on any path")
    func revision() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        func revision() async throws -> Data? {
            try await test.store.read { try Data.fetchOne($0, sql: "SELECT findings_revision FROM tenant") }
        }
        let empty = try await revision()
        let a = Native.line(1)
        let b = Native.line(2)
        _ = try await test.importFindings(Array((a + b).utf8), into: tenant)
        let both = try await revision()
        _ = try await test.importFindings(
            Array(Native.line(2, status: "resolved", seen: "2026-02-02T00:00:00Z").utf8), into: tenant)
        let one = try await revision()
        #expect(Set([empty, both, one]).count == 3)
        _ = try await test.importFindings(
            Array(Native.line(1, status: "resolved", seen: "2026-02-03T00:00:00Z").utf8), into: tenant)
        #expect(try await revision() == empty)
        let other = try TestStore()
        let twin = try await other.tenant()
        // Fingerprints are of the tenant's key; with another the sum is another.
        let key = try await test.store.read { try FingerprintKey.read(of: 1, $0) }
        try await other.store.write { transaction in
            try transaction.execute("DELETE FROM fingerprint_key")
            try key.store(for: 1, transaction.database)
        }
        _ = try await other.importFindings(Array(b.utf8), into: twin)
        _ = try await other.importFindings(Array(a.utf8), into: twin)
        let twinRevision = try await other.store.read {
            try Data.fetchOne($0, sql: "SELECT findings_revision FROM tenant")
        }
        #expect(twinRevision == both)
    }

    @Test("findings stand in the order in which they were first stored, whatever later runs say")
    func order() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        var names: [String] = []
        for number in 0..<20 {
            _ = try await test.importFindings(Array(Native.line(number).utf8), into: tenant)
            names.append("Person \(number)")
        }
        _ = try await test.importFindings(Native.lines(20, seen: "2026-02-20T00:00:00Z"), into: tenant)
        #expect(try await test.evidence(tenant).findings.map(\.resource) == names)
    }

    @Test(
        "an import that fails anywhere leaves nothing behind",
        arguments: [FaultPoint.importBeforeApply, .importDuringApply, .importBeforeCommit])
    func faults(_ point: FaultPoint) async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        _ = try await test.importFindings(Native.lines(3), into: tenant)
        let before = try await test.evidence(tenant)
        let runs = try await test.count("operation_run")
        test.faults.arm(point)
        await #expect(throws: (any Error).self) {
            _ = try await test.importFindings(Native.lines(9, seen: "2026-02-09T00:00:00Z"), into: tenant)
        }
        #expect(try await test.evidence(tenant) == before)
        #expect(try await test.count("operation_run") == runs)
        #expect(try await test.importFindings(Native.lines(9), into: tenant).counts.inserted == 6)
    }

    @Test("bad input is refused with its reason, and nothing is stored")
    func badInput() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        func refusal(_ text: String) async -> Reason? {
            await reason { _ = try await test.importFindings(Array(text.utf8), into: tenant) }
        }
        #expect(await refusal("[{\"class_uid\":2004,") == .truncatedInput)
        #expect(await refusal("") == .truncatedInput)
        #expect(await refusal("{]") == .invalidJSON)
        #expect(await refusal(Native.line(1) + Native.line(1)) == .invalidRecord)
        let foreign = "00000000-0000-4000-8000-000000000001"
        let ocsf = String(decoding: OCSF.run("r", at: "2026-02-01T00:00:00Z", [("c", "r", "FAIL")]), as: UTF8.self)
        let mismatched = ocsf.replacing(
            "\"version\":\"1.4.0\"", with: "\"version\":\"1.4.0\",\"tenant_uid\":\"\(foreign)\"")
        #expect(await refusal(mismatched) == .tenantMismatch)
        #expect(try await test.count("finding") == 0)
        _ = try await test.importFindings(Array(mismatched.utf8), into: tenant, mismatch: true)
        #expect(try await test.count("finding") == 1)
        #expect(
            await reason {
                _ = try await test.store.beginFindingsImport(
                    FindingsImportRequest(tenantID: TenantID(high: 0, low: 0)), stamp: TestStore.owner)
            } == .notFound)
    }

    @Test("an import may be too large in bytes and in records")
    func limits() async throws {
        let test = try TestStore {
            $0.maximumImportRecords = 5
            $0.maximumImportBytes = 5000
        }
        let tenant = try await test.tenant()
        #expect(await reason { _ = try await test.importFindings(Native.lines(6), into: tenant) } == .importTooLarge)
        #expect(await reason { _ = try await test.importFindings(Native.lines(100), into: tenant) } == .importTooLarge)
        #expect(try await test.importFindings(Native.lines(5), into: tenant).counts.inserted == 5)
    }

    @Test("an aborted import leaves nothing, and can not be finished")
    func abort() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let session = try await test.store.beginFindingsImport(
            FindingsImportRequest(tenantID: tenant.id), stamp: TestStore.owner)
        try await session.push(Native.lines(3))
        session.abort()
        await #expect(throws: (any Error).self) { _ = try await session.finish() }
        #expect(try await test.count("finding") == 0)
    }

    @Test("whose caller goes away while they are applied leave nothing: the one writer is free again")
    func cancelled() async throws {
        let pause = Pause()
        let test = try TestStore { $0.faults = { if $0 == .importBeforeApply { pause.stop() } } }
        let tenant = try await test.tenant()
        let imports: [@Sendable () async throws -> ImportResult] = [
            { try await test.importFindings(Native.lines(3), into: tenant) },
            { try await test.importOperations(Runs.line(OperationRunID(high: 7, low: 7), "failed"), into: tenant) },
            { try await test.importReport("{}", into: tenant) },
        ]
        func traces() async throws -> [Int] {
            [
                try await test.count("finding"), try await test.count("report"), try await test.count("operation_run"),
                try await test.count("audit_event"),
            ]
        }
        let before = try await traces()
        for body in imports {
            let task = Task { try await body() }
            await pause.reached()
            task.cancel()
            pause.go()
            #expect(await reason { _ = try await task.value } == .cancelled)
        }
        #expect(try await traces() == before)
    }

    @Test("a tenant has no more sources than one message can show, however many imports bring them")
    func sources() async throws {
        func lines(_ names: Range<Int>) -> [UInt8] {
            Array(
                names.map { number in
                    let line = Native.line(number)
                    return line.replacing("\"uid\"", with: "\"source\":\"scanner-\(number)\",\"uid\"")
                }.joined().utf8)
        }
        let test = try TestStore()
        let tenant = try await test.tenant()
        #expect(try await test.importFindings(lines(0..<40), into: tenant).counts.inserted == 40)
        #expect(await reason { _ = try await test.importFindings(lines(40..<65), into: tenant) } == .invalidRecord)
        #expect(try await test.count("finding") == 40)
        #expect(try await test.count("source_state") == 40)
        #expect(try await test.importFindings(lines(30..<64), into: tenant).counts.inserted == 24)
        // Those that have delivered before go on, and reports are no scanner's.
        #expect(try await test.importFindings(lines(0..<64), into: tenant).counts.unchanged == 64)
        #expect(try await test.importReport("{}", into: tenant).counts.inserted == 1)
    }

    @Test("a retry with the same request id and bytes answers from the first; other bytes are refused")
    func retry() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let stamp = TestStore.stamp("ImportFindings", request: 9)
        let first = try await test.importFindings(Native.lines(3), into: tenant, stamp: stamp)
        let again = try await test.importFindings(Native.lines(3), into: tenant, stamp: stamp)
        #expect(again.isReplay && again.counts == first.counts && again.operationRunID == first.operationRunID)
        #expect(
            await reason { _ = try await test.importFindings(Native.lines(4), into: tenant, stamp: stamp) }
                == .requestIDReused)
    }

    @Test("a snapshot that began before an import's commit does not see it, however long it reads")
    func isolation() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        _ = try await test.importFindings(Native.lines(50), into: tenant)
        let opened = DispatchSemaphore(value: 0)
        let committed = DispatchSemaphore(value: 0)
        let snapshot = Task {
            try await test.store.withEvidence(of: tenant.id) { evidence in
                let before = try Evidence(evidence)
                opened.signal()
                committed.wait()
                return (before, try Evidence(evidence))
            }
        }
        await Task.detached { opened.waitInTest() }.value
        _ = try await test.importFindings(Native.lines(80, seen: "2026-02-09T00:00:00Z"), into: tenant)
        committed.signal()
        let (before, after) = try await snapshot.value
        #expect(before == after && before.findings.count == 50)
        #expect(try await test.evidence(tenant).findings.count == 80)
    }

    @Test("freshness names the run and its checks, and a late run does not move it back")
    func freshness() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let run: [Record] = [("a", "r", "FAIL"), ("b", "r", "PASS"), ("c", "r", "MANUAL")]
        _ = try await test.importFindings(OCSF.run("r2", at: "2026-02-08T00:00:00Z", run), into: tenant)
        _ = try await test.importFindings(OCSF.run("r1", at: "2026-02-01T00:00:00Z", run), into: tenant)
        let sources = try #require(try await test.store.tenantOverview(tenant.id)).sources
        let prowler = try #require(sources.first)
        #expect(prowler.lastRunID == "r2" && prowler.toolVersion == "5.0")
        #expect(prowler.checksEvaluated == 2 && prowler.passed == 1 && prowler.failed == 1 && prowler.manual == 1)
    }

    @Test("the names of people are kept for redaction")
    func identities() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        _ = try await test.importFindings(Native.lines(2), into: tenant)
        _ = try await test.importReport(
            #"{"value":[{"displayName":"Megan Bowen","mail":"megan@contoso.org"}]}"#, into: tenant)
        let identities = try await test.evidence(tenant).identities
        #expect(identities.isSuperset(of: ["Person 0", "Person 1", "Megan Bowen", "megan@contoso.org"]))
    }

    @Test("a text is a scanner's when a scanner's record brought it, whatever source and check a native record names")
    func originOfTexts() async throws {
        struct Text: Hashable {
            var title: String
            var isEvaluated: Bool
            var isFromScanner: Bool
        }
        let test = try TestStore { $0.checkPatience = .zero }
        let tenant = try await test.tenant()
        func texts() async throws -> Set<Text> {
            try await test.store.withEvidence(of: tenant.id) { evidence -> Set<Text> in
                var texts: Set<Text> = []
                try evidence.forEachCheckText { row in
                    let title = String(decoding: row.title, as: UTF8.self)
                    texts.insert(Text(title: title, isEvaluated: row.isEvaluated, isFromScanner: row.isFromScanner))
                }
                return texts
            }
        }
        func native(_ number: Int, title: String) -> [UInt8] {
            let line = Native.line(number).replacing("\"uid\"", with: "\"source\":\"Prowler\",\"uid\"")
                .replacing("\"c\(number % 3)\"", with: "\"mfa\"")
                .replacing("\"Title \(number % 3)\"", with: "\"\(title)\"")
            return Array(line.utf8)
        }
        // A pass stores no text, but its check is one that a run evaluated.
        _ = try await test.importFindings(
            OCSF.run("r1", at: "2026-02-01T00:00:00Z", [("mfa", "a", "PASS")]), into: tenant)
        #expect(try await texts() == [])
        _ = try await test.importFindings(native(1, title: "Person 1 has no MFA"), into: tenant)
        let converters = Text(title: "Person 1 has no MFA", isEvaluated: true, isFromScanner: false)
        #expect(try await texts() == [converters])
        // A scanner's text, and the same words from a converter before and after it, are two texts.
        let scanners = Text(title: "Title mfa", isEvaluated: true, isFromScanner: true)
        let alike = Text(title: "Title mfa", isEvaluated: true, isFromScanner: false)
        _ = try await test.importFindings(native(2, title: "Title mfa"), into: tenant)
        _ = try await test.importFindings(
            OCSF.run("r2", at: "2026-02-02T00:00:00Z", [("mfa", "a", "FAIL")]), into: tenant)
        _ = try await test.importFindings(native(3, title: "Title mfa"), into: tenant)
        #expect(try await texts() == [converters, scanners, alike])
        #expect(try await test.check(CheckOptions()).isSound)
    }

    @Test("an overview counts by status and severity")
    func overview() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        _ = try await test.importFindings(Native.lines(4), into: tenant)
        _ = try await test.importFindings(
            Native.lines(1, status: "resolved", seen: "2026-02-02T00:00:00Z"), into: tenant)
        let pack = try await test.pack(.queued, of: tenant)
        let overview = try #require(try await test.store.tenantOverview(tenant.id))
        #expect(overview.open[Int(Severity.high.rawValue)] == 3 && overview.resolved[Int(Severity.high.rawValue)] == 1)
        #expect(overview.newestPack?.id == pack.id)
    }
}

extension DispatchSemaphore {
    /// Waits from an async test.
    nonisolated func waitInTest() { wait() }
}

@Suite("Importing reports, operations and hardening", .tags(.evidence))
struct DocumentImportTests {
    @Test("the latest report is the one measured last; the same content only moves its time, never back")
    func reports() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let t = TestClock.start.advanced(byDays: -20)
        func latest() async throws -> ReportRecord? {
            try await test.store.withEvidence(of: tenant.id) { try $0.report(.entraAdminRoles) }
        }
        #expect(try await test.importReport("{\"a\":1}", into: tenant, at: t).counts.inserted == 1)
        #expect(try await test.importReport("{\"b\":1}", into: tenant, at: t.advanced(byDays: -1)).counts.inserted == 1)
        #expect(try await latest()?.fingerprint == Digest256(hashing: Array("{\"a\":1}".utf8)))
        #expect(
            try await test.importReport("{\"a\":1}", into: tenant, at: t.advanced(byDays: -9)).counts.unchanged == 1)
        #expect(try await latest()?.measuredAt == t)
        #expect(try await test.importReport("{\"b\":1}", into: tenant, at: t.advanced(byDays: 1)).counts.updated == 1)
        #expect(try await latest()?.fingerprint == Digest256(hashing: Array("{\"b\":1}".utf8)))
        #expect(try await test.count("report") == 2)
    }

    @Test("a report from the future is refused: it would stay the latest until then")
    func futureReport() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        await #expect(throws: ProductError.self) {
            try await test.importReport("{}", into: tenant, at: TestClock.start.advanced(byDays: 1))
        }
        #expect(try await test.count("report") == 0)
        // A clock that is a little ahead of ours is none.
        _ = try await test.importReport("{}", into: tenant, at: TestClock.start.advanced(byMinutes: 4))
    }

    @Test("a report of several parts comes back byte for byte, in pieces of at most 1 MiB")
    func parts() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let text = "[\"" + String(repeating: "x", count: 3 << 20) + "\"]"
        _ = try await test.importReport(text, into: tenant)
        let sizes = try await test.store.withEvidence(of: tenant.id) { evidence in
            var bytes: [UInt8] = []
            var sizes: [Int] = []
            try evidence.readPayload(of: .entraAdminRoles) {
                bytes.append(contentsOf: $0)
                sizes.append($0.count)
            }
            return (sizes, bytes == Array(text.utf8))
        }
        #expect(sizes.1 && sizes.0.count == 4 && sizes.0.allSatisfy { $0 <= 1 << 20 })
    }

    @Test("a report that is too large, cut off or no JSON is refused")
    func badReports() async throws {
        let test = try TestStore { $0.maximumReportBytes = 100 }
        let tenant = try await test.tenant()
        for (text, wanted) in [
            ("\"" + String(repeating: "x", count: 200) + "\"", Reason.reportTooLarge), ("{\"a\":", .truncatedInput),
            ("nonsense", .invalidJSON),
        ] {
            #expect(await reason { _ = try await test.importReport(text, into: tenant) } == wanted)
        }
        #expect(try await test.count("report") == 0)
    }

    @Test("imported runs are added, brought up to date, and leave the service's own alone")
    func operations() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let pack = try await test.pack(.failed, of: tenant)
        let id = OperationRunID(high: 7, low: 7)
        #expect(try await test.importOperations(Runs.line(id, "failed"), into: tenant).counts.inserted == 1)
        #expect(try await test.importOperations(Runs.line(id, "failed"), into: tenant).counts.unchanged == 1)
        #expect(try await test.importOperations(Runs.line(id, "succeeded"), into: tenant).counts.updated == 1)
        _ = try await test.importOperations(Runs.line(pack.operationRunID, "succeeded"), into: tenant)
        let own = try await test.store.operationRun(pack.operationRunID, inSight: { _, _ in true })
        #expect(own?.run.type == .generateReviewPack && own?.run.outcome == .failed)
        // The same id under another tenant is another run, and each is seen by its own members alone.
        let other = try await test.tenant("Other", number: 2)
        _ = try await test.importOperations(Runs.line(id, "failed"), into: other)
        // Not even one that takes the id of a run of the service's own is shown in its place.
        _ = try await test.importOperations(Runs.line(pack.operationRunID, "succeeded"), into: other)
        let shown = try await test.store.operationRun(pack.operationRunID, inSight: { _, _ in true })
        #expect(shown == own)
        let seen = try await test.store.operationRun(id, inSight: { $1 == tenant.id })
        #expect(seen?.run.outcome == .succeeded)
        #expect(try await test.store.operationRun(id, inSight: { _, _ in false }) == nil)
    }

    @Test("hardening settings are replaced whole, and say whether they changed")
    func hardening() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        func put(_ settings: HardeningSettings) async throws -> ImportCounts {
            try await test.store.putHardening(
                settings, of: tenant.id, inputSHA256: Digest256(hashing: []), stamp: TestStore.owner
            ).counts
        }
        let full = HardeningSettings(
            scopeMode: "strict", lastCheckedAt: TestClock.start, lastSetupAt: UnixMillis(0),
            canaryResults: [.init(name: "b", result: "1"), .init(name: "a", result: "2")], warnings: ["w2", "w1"])
        #expect(try await put(full).inserted == 1)
        let stored = try await test.store.withEvidence(of: tenant.id) { try $0.hardening() }
        #expect(stored?.canaryResults.map(\.name) == ["a", "b"] && stored?.warnings == ["w2", "w1"])
        #expect(try await put(full).unchanged == 1)
        #expect(try await put(HardeningSettings(scopeMode: "strict")).updated == 1)
        let replaced = try await test.store.withEvidence(of: tenant.id) { try $0.hardening() }
        #expect(replaced == HardeningSettings(scopeMode: "strict"))
    }
}
