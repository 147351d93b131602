import TestTags
import Testing

/// What the imports of the two example scans do to the stored findings; the counts follow from the files by hand.
@Suite(.tags(.evidence))
struct FindingsTests {
    private static let counts = [
        "read", "inserted", "updated", "reopened", "resolved", "unchanged", "counted_only", "merged", "rejected",
    ]

    private static func run(_ file: String, _ daemon: Daemon) async throws -> [String: Int] {
        let answer = try await daemon.ctl("import", "findings", Scene.tenant, "-o", "json", example(file))
            .succeeded().json()
        return Dictionary(uniqueKeysWithValues: counts.map { ($0, answer[$0].int ?? -1) })
    }

    @Test("two scans a month apart show every transition of a finding")
    func transitions() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let first = try await Self.run("findings-run-1.ocsf.json", daemon)
            #expect(
                first == [
                    "read": 12, "inserted": 8, "updated": 0, "reopened": 0, "resolved": 0, "unchanged": 0,
                    "counted_only": 3, "merged": 1, "rejected": 0,
                ])
            let second = try await Self.run("findings-run-2.ocsf.json", daemon)
            #expect(
                second == [
                    "read": 11, "inserted": 1, "updated": 4, "reopened": 1, "resolved": 2, "unchanged": 0,
                    "counted_only": 3, "merged": 1, "rejected": 0,
                ])
            let tenant = try await daemon.ctl("tenant", "show", Scene.tenant, "-o", "json").succeeded().json()
            let byStatus = tenant["findings_by_status"].array.map { "\($0["status"]) \($0["findings"])" }
            #expect(byStatus == ["open 6", "acknowledged 1", "resolved 2"])
        }
    }

    @Test("importing a scan again, or an older one late, changes no finding")
    func repeatable() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            for file in ["findings-run-1.ocsf.json", "findings-run-2.ocsf.json"] {
                _ = try await Self.run(file, daemon)
            }
            let before = try await daemon.generate()
            for file in ["findings-run-2.ocsf.json", "findings-run-1.ocsf.json"] {
                let again = try await Self.run(file, daemon)
                #expect(again["inserted"] == 0 && again["updated"] == 0, "\(again)")
                #expect(again["reopened"] == 0 && again["resolved"] == 0, "\(again)")
            }
            #expect(try await daemon.generate()["id"].string == before["id"].string)
        }
    }

    @Test("findings come from standard input too, in the native format or with the format told by itself")
    func nativeFromStandardInput() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let bytes = try contents(of: example("findings.native.jsonl"))
            let answer = try await daemon.ctl(
                "import", "findings", Scene.tenant, "-", "-o", "json", input: bytes
            ).succeeded().json()
            #expect(answer["format"].string == "native")
            #expect(answer["read"].int == 3)
            #expect(answer["inserted"].int == 3 || answer["counted_only"].int == 1, "\(answer)")
        }
    }

    @Test("an import is an operation run with its counts, and the digest of what came in")
    func operationRun() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let answer = try await daemon.ctl(
                "import", "findings", Scene.tenant, "-o", "json", example("findings-run-1.ocsf.json")
            ).succeeded().json()
            let id = try #require(answer["operation_run_id"].string)
            let operation = try await daemon.ctl("operation", "show", id, "-o", "json").succeeded().json()
            #expect(operation["status"].string == "completed")
            #expect(operation["outcome"].string == "succeeded")
            let digest = try await Subprocesses.sha256(of: example("findings-run-1.ocsf.json"))
            #expect(answer["input_sha256"].string == digest)
            #expect("\(operation["context"])".contains(digest))
        }
    }
}

/// Programs of the system that tests compare with.
enum Subprocesses {
    static func sha256(of path: String) async throws -> String {
        let result = try await run("/usr/bin/sha256sum", [path]).succeeded()
        return String(result.text.prefix(64))
    }

    /// Runs Python code with the standard library alone; it prints JSON.
    static func python(_ code: String, _ arguments: String...) async throws -> JSON {
        try await run("/usr/bin/python3", ["-I", "-c", code] + arguments).succeeded().json()
    }
}
