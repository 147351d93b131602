import CrashTesting
import Foundation
import TestTags
import Testing

/// What an update finds: a state directory of the first schema, as its daemon left it, and what that one knew
/// (Tests/Fixtures/state-0001).
@Suite("A state directory of an older schema", .tags(.durability, .upkeep))
struct MigrationTests {
    private static let fixture = Programs.project + "/Tests/Fixtures/state-0001"

    private static func unpacked() async throws -> Scratch {
        let scratch = try Scratch()
        try await run("/usr/bin/tar", ["-xzf", fixture + "/state.tar.gz", "-C", scratch.path, "--no-same-owner"])
            .succeeded()
        return scratch
    }

    /// Compares through the client what is known with what was known before.
    private static func compare(_ daemon: Daemon, _ options: String...) async throws {
        let result = try await run(
            "/usr/bin/python3", [fixture + "/compare", Programs.client, daemon.address] + options)
        #expect(result.exit == 0, "\(result)")
    }

    private static func migrations(_ scratch: Scratch) async throws -> [String] {
        try await Subprocesses.python(
            """
            import json, sqlite3, sys
            database = sqlite3.connect(sys.argv[1])
            print(json.dumps([row[0] for row in database.execute(\
            "SELECT identifier FROM grdb_migrations ORDER BY rowid")]))
            """, Daemon.stateDirectory(scratch) + "/reviewpack.db"
        ).array.compactMap(\.string)
    }

    /// A digest of every row and table.
    private static func rows(_ scratch: Scratch) async throws -> String? {
        try await Subprocesses.python(
            """
            import hashlib, json, sqlite3, sys
            database = sqlite3.connect(sys.argv[1])
            print(json.dumps(hashlib.sha256("\\n".join(database.iterdump()).encode()).hexdigest()))
            """, Daemon.stateDirectory(scratch) + "/reviewpack.db"
        ).string
    }

    @Test("gives every answer that it gave before, and the same findings in new packs, also after a second start")
    func known() async throws {
        let scratch = try await Self.unpacked()
        try await withDaemon(in: scratch) { try await Self.compare($0) }
        try await withDaemon(in: scratch) { try await Self.compare($0, "--packs") }
    }

    @Test("says in its journal and its audit log what the migrations changed")
    func said() async throws {
        let scratch = try await Self.unpacked()
        try await withDaemon(in: scratch) { daemon in
            let events = try await daemon.auditEvents("--action", "system.migrate")
            #expect(events.allSatisfy { $0["actor"].string == "system" && $0["outcome"].string == "ok" })
            let details = events.compactMap(\.["details"].string).joined(separator: "\n")
            #expect(details.contains("0004-finding-identity") && details.contains("0005-times-of-the-future"))
        }
    }

    @Test("whose migrations are killed, each in its middle, is brought up to date by the next start")
    func killed() async throws {
        let interposer = try await CrashTools.shared.interposer()
        let scratch = try await Self.unpacked()
        let log = scratch.file("calls")
        // What a start writes, call by call, until it recovers: that it does with what the migrations left.
        let writes = try await withDaemon(
            in: scratch, environment: ["LD_PRELOAD": interposer, "FAULT_ROOT": scratch.file("state"), "FAULT_LOG": log]
        ) { _ in
            let lines = String(decoding: try contents(of: log), as: UTF8.self).split(separator: "\n")
            let end = lines.firstIndex { $0.contains("unlink") && $0.contains("/exports/") } ?? lines.count
            return lines[..<end].enumerated().filter { $0.element.contains("reviewpack.db-wal") }.map { $0.offset + 1 }
        }
        let all = try await Self.migrations(scratch)
        try #require(all.count > 1 && writes.count > 40)
        let last = writes.count - 1
        var reached: Set<Int> = []
        for step in 0..<24 {
            let number = writes[last * step / 23]
            let copy = try await Self.unpacked()
            let dead = try await run(
                "/usr/bin/timeout",
                ["30", Programs.daemon, "serve", "--state-dir", copy.file("state"), "--socket", copy.file("sock")],
                environment: [
                    "LD_PRELOAD": interposer, "FAULT_ROOT": copy.file("state"), "FAULT_FAIL": "\(number):kill",
                    "FAULT_LOG": copy.file("calls"),
                ])
            #expect(dead.exit == 128 + SIGKILL, "\(dead)")
            reached.insert(try await Self.migrations(copy).count)
            try await withDaemon(in: copy) { try await Self.compare($0) }
            #expect(try await Self.migrations(copy) == all)
        }
        // Each number of finished migrations was found: so each was killed on its way.
        #expect(reached.isSuperset(of: 1..<all.count), "\(reached) of \(all)")
    }

    @Test("that a newer daemon wrote is refused with what to do, and left as it is")
    func newer() async throws {
        let scratch = try await Self.unpacked()
        try await withDaemon(in: scratch) { try await $0.ctl("health").succeeded() }
        try await Surgery.perform("INSERT INTO grdb_migrations VALUES ('9999-of-tomorrow')", in: scratch)
        let before = try await Self.rows(scratch)
        let refused = try await run(
            Programs.daemon, ["serve", "--state-dir", scratch.file("state"), "--socket", scratch.file("sock")])
        #expect(refused.exit == 65, "\(refused)")
        #expect(refused.errors.contains("a newer version of the daemon wrote"), "\(refused)")
        #expect(refused.errors.contains("install the newer reviewpackd again"), "\(refused)")
        #expect(try await Self.rows(scratch) == before)
    }
}
