import Bytes
import Crypto
import Domain
import ExitCodes
import Glibc
import ReviewPackAPI
import TTRPC
import TestTags
import Testing

@testable import CLI
@testable import ReviewPackClient

@Suite("check", .tags(.commandLine, .upkeep))
struct CheckCommandTests {
    private static let problems = [
        Proto.CheckProblem(
            kind: "orphan_file", subject: "st\u{1B}ray", message: "no pack names this file; run check --repair",
            repaired: true),
        Proto.CheckProblem(
            kind: "file_missing", subject: Fixture.packID,
            message: "the pack's file is gone; expire the pack and generate it again"),
    ]

    private func service(_ problems: [Proto.CheckProblem], count: Int64? = nil) -> FakeService {
        let service = FakeService()
        service.on(Methods.maintenanceServiceCheck) { _ in
            Proto.CheckResponse(
                sound: problems.allSatisfy(\.repaired), packs: 2, files: 1, bytesRead: 12_595, auditEvents: 7,
                problems: problems, problemCount: count ?? Int64(problems.count))
        }
        return service
    }

    @Test("a sound state is one line and exit 0")
    func sound() async {
        let result = await run("check", service: service([]))
        #expect(result.status == .ok && result.errors.isEmpty)
        #expect(result.output == "sound: 2 packs, 1 file, 7 audit events; 12.3 KiB of packs read\n")
    }

    @Test("problems are a table, and what is not repaired ends with 65")
    func unsound() async {
        let result = await run(
            "check", "--repair", service: service(Self.problems, count: 1002), terminal: .plainPerson)
        #expect(result.status == .badData)
        expectGolden("check-unsound", result.transcript)
        #expect(await run("check", service: service([Self.problems[0]])).status == .ok)
        #expect(
            await run("check", "-o", "id", service: service(Self.problems)).output
                == "st\\u{1b}ray\n\(Fixture.packID)\n")
    }

    @Test("the flags reach the service")
    func flags() async throws {
        let service = service([])
        _ = await run("check", service: service)
        _ = await run("check", "--read-data", "--repair", service: service)
        let requests = try service.requests(of: Methods.maintenanceServiceCheck)
        #expect(requests.map(\.readData) == [false, true] && requests.map(\.repair) == [false, true])
    }
}

@Suite("backup", .tags(.commandLine, .upkeep))
struct BackupCommandTests {
    private let scratch = ScratchDirectory()
    private static let content = [UInt8]((0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 37) })

    private func service(
        spoil: @escaping @Sendable (inout [Proto.BackupResponse]) -> Void = { _ in }
    ) -> FakeService {
        let service = FakeService()
        service.onStream(Methods.maintenanceServiceBackup) { _ in
            let header = Proto.BackupHeader(
                takenAt: Fixture.now, serverVersion: "1.0.0", packs: 3, size: Int64(Self.content.count))
            var messages = [Proto.BackupResponse(part: .header(header))]
            for start in stride(from: 0, to: Self.content.count, by: 300_000) {
                let chunk = Array(Self.content[start..<min(start + 300_000, Self.content.count)])
                messages.append(Proto.BackupResponse(part: .chunk(chunk)))
            }
            let digest = Array(SHA256.hash(data: Self.content))
            messages.append(Proto.BackupResponse(part: .trailer(Proto.BackupTrailer(sha256: digest))))
            spoil(&messages)
            return messages
        }
        return service
    }

    @Test("the archive is saved whole, readable by its owner alone, and its path is printed")
    func saves() async throws {
        let path = "\(scratch.path)/b.tar"
        let service = service()
        let result = await run("backup", path, "--without-packs", service: service)
        #expect(result.status == .ok && result.output == path + "\n")
        #expect(fileBytes(path) == Self.content)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(scratch.names == ["b.tar"])
        #expect(try service.requests(of: Methods.maintenanceServiceBackup).map(\.withoutPacks) == [true])
    }

    @Test("as JSON the result names file, time, version, packs, size and digest")
    func json() async {
        let path = "\(scratch.path)/b.tar"
        let digest = Hex.encode(Array(SHA256.hash(data: Self.content)))
        let result = await run("backup", path, "-o", "jsonl", service: service())
        #expect(
            result.output
                == #"{"file":"\#(path)","taken_at":"2026-02-25T06:13:20Z","server_version":"1.0.0","packs":3,"#
                + #""size":700000,"sha256":"\#(digest)"}"# + "\n")
    }

    @Test("a file that is there is not replaced without --force, and nothing is asked of the service")
    func noOverwrite() async {
        let path = scratch.write("b.tar", Array("mine".utf8))
        let service = service()
        #expect(await run("backup", path, service: service).status == .cannotCreate)
        #expect(fileText(path) == "mine" && service.calledMethods.isEmpty)
        #expect(await run("backup", path, "--force", service: service).status == .ok)
        #expect(fileBytes(path) == Self.content && scratch.names == ["b.tar"])
    }

    static let spoilers: [@Sendable (inout [Proto.BackupResponse]) -> Void] = [
        { $0.removeLast() },
        { $0.remove(at: 2) },
        { $0.swapAt(1, 2) },
        { $0.insert(Proto.BackupResponse(part: .chunk([1])), at: 2) },
        { $0.append(Proto.BackupResponse(part: .chunk([1]))) },
        { $0[1] = Proto.BackupResponse(part: .chunk([UInt8](repeating: 0, count: 300_000))) },
        { $0[$0.count - 1] = Proto.BackupResponse(part: .trailer(Proto.BackupTrailer(sha256: []))) },
        { $0.removeFirst() },
        { $0.insert($0[0], at: 1) },
        { $0.append(Proto.BackupResponse()) },
        { $0.removeAll() },
    ]

    @Test("bytes that are not those announced leave no file", arguments: spoilers.indices)
    func spoiled(index: Int) async {
        let path = scratch.write("b.tar", Array("the last backup".utf8))
        let result = await run("backup", path, "--force", service: service(spoil: Self.spoilers[index]))
        #expect(result.status == .badData || result.status == .software)
        #expect(result.output.isEmpty && fileText(path) == "the last backup" && scratch.names == ["b.tar"])
    }

    @Test(
        "a refusal keeps the exit code of its reason",
        arguments: [Reason.backupInProgress, .storageFull, .packCorrupted])
    func refused(reason: Reason) async {
        let service = FakeService()
        service.onStream(Methods.maintenanceServiceBackup) { _ -> [Proto.BackupResponse] in
            throw RPCFailure.of(reason, "no")
        }
        let result = await run("backup", "\(scratch.path)/b.tar", service: service)
        #expect(result.status == reason.exit && scratch.names.isEmpty)
    }
}

@Suite("stats", .tags(.commandLine, .upkeep))
struct StatsCommandTests {
    private static var stats: Proto.GetStatsResponse {
        var stats = Proto.GetStatsResponse()
        stats.at = Fixture.now
        stats.startedAt = Fixture.now.advanced(byDays: -2)
        stats.serverVersion = "1.0.0"
        stats.packsByStatus = [
            Proto.PackStatusStats(status: .ready, packs: 3), Proto.PackStatusStats(status: .failed, packs: 1),
        ]
        stats.packBytes = 5_000_000
        stats.databaseBytes = 1_048_576
        stats.diskFreeBytes = 1 << 34
        stats.workspaces = 1
        stats.auditEvents = 42
        stats.unreadNotifications = 2
        stats.generationsRunning = 1
        stats.lastPruneAt = Fixture.now.advanced(byMilliseconds: 1500)
        stats.tenants = [
            Proto.TenantStats(
                tenantExternalID: Fixture.tenant, tenantName: "Contoso \"\\\u{1B}", workspace: "contoso", packs: 4,
                packBytes: 5_000_000, findings: 1234, reportBytes: 700)
        ]
        stats.tenantCount = 2
        return stats
    }

    private func service(_ stats: Proto.GetStatsResponse = stats) -> FakeService {
        let service = FakeService()
        service.on(Methods.maintenanceServiceGetStats) { _ in stats }
        return service
    }

    @Test("sections and a line for each tenant")
    func table() async {
        expectGolden("stats", await run("stats", service: service()).transcript)
    }

    @Test("OpenMetrics text has type, help and end, and escaped labels; what is not known is left out")
    func openMetrics() async {
        expectGolden("stats-openmetrics", await run("stats", "--openmetrics", service: service()).transcript)
        let empty = await run("stats", "--openmetrics", service: service(Proto.GetStatsResponse())).output
        #expect(!empty.contains("last_prune") && !empty.contains("tenant_") && empty.hasSuffix("# EOF\n"))
    }

    @Test("--openmetrics and -o contradict each other, and only names in .prom are taken for the text")
    func usage() async {
        #expect(await run("stats", "--openmetrics", "-o", "json").status == .usage)
        for name in ["x", "x.prom.new", ".prom", "d/.prom"] {
            #expect(await run("stats", "--openmetrics", "--output-file", name).status == .usage)
        }
        #expect(await run("stats", "--output-file", "x.prom").status == .usage)
    }

    @Test("--output-file replaces the file by one that others may read, and prints nothing")
    func outputFile() async {
        let scratch = ScratchDirectory()
        let path = "\(scratch.path)/x.prom"
        let expected = await run("stats", "--openmetrics", service: service()).output
        for _ in 0..<2 {
            let result = await run("stats", "--openmetrics", "--output-file", path, service: service())
            #expect(result.status == .ok && result.output.isEmpty && result.errors.isEmpty)
            #expect(fileText(path) == expected)
        }
        #expect(FileFacts(lookingAt: path).state == .there(mode: 0o644, uid: geteuid(), gid: getegid()))
        #expect(scratch.names == ["x.prom"])
    }

    @Test("a service that cannot be reached leaves the old file as it is")
    func staleFile() async {
        let scratch = ScratchDirectory()
        let path = "\(scratch.path)/x.prom"
        _ = await run("stats", "--openmetrics", "--output-file", path, service: service())
        let before = fileText(path)
        let result = await run("stats", "--openmetrics", "--output-file", path, "--address", "/unreachable.sock")
        #expect(result.status == .unavailable && fileText(path) == before && scratch.names == ["x.prom"])
    }
}
