import Foundation
import TestTags
import Testing

/// Every bad input gets its clear error, and nothing is lost or half done.
@Suite(.tags(.evidence, .hostileInput))
struct BadInputTests {
    /// The findings of the tenant, by status.
    private static func stored(_ daemon: Daemon) async throws -> String {
        let tenant = try await daemon.ctl("tenant", "show", Scene.tenant, "-o", "json").succeeded().json()
        return tenant["findings_by_status"].array.map { "\($0["status"]) \($0["findings"])" }.joined(separator: ", ")
    }

    private static func importing(
        _ bytes: [UInt8], _ more: String..., to daemon: Daemon
    ) async throws -> CommandResult {
        try await daemon.ctl(["import", "findings", Scene.tenant, "-"] + more, input: bytes)
    }

    @Test("a scan that is cut off is refused whole, wherever the cut is")
    func truncated() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let whole = try contents(of: example("findings-run-1.ocsf.json"))
            for length in [1, 100, whole.count / 2, whole.count - 2] {
                try await Self.importing(Array(whole.prefix(length)), to: daemon).refused(65, "TRUNCATED_INPUT")
            }
            #expect(try await Self.stored(daemon) == "open 0, acknowledged 0, resolved 0")
        }
    }

    @Test("a record of wrong types names its position, and nothing of the file is stored")
    func wrongTypes() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            for title in ["[]", "{}", "null", "true"] {
                let lines = [NativeFinding(uid: "good").line, NativeFinding(uid: "bad", title: title).line]
                let result = try await Self.importing(Array(lines.joined(separator: "\n").utf8), to: daemon)
                result.refused(65, "INVALID_RECORD")
                #expect(result.errors.contains("2"), "names the second record: \(result)")
            }
            #expect(try await Self.stored(daemon) == "open 0, acknowledged 0, resolved 0")

            let lines = [NativeFinding(uid: "good").line, NativeFinding(uid: "bad", title: "true").line]
            let skipping = try await Self.importing(
                Array(lines.joined(separator: "\n").utf8), "--skip-bad-records", "-o", "json", to: daemon
            ).succeeded().json()
            #expect(skipping["inserted"].int == 1)
            #expect(skipping["rejected"].int == 1)
        }
    }

    @Test("a string of 100 MB is refused, and the daemon does not hold it")
    func hugeString() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let huge = "\"" + String(repeating: "x", count: 100 << 20) + "\""
            let result = try await Self.importing(Array(NativeFinding(title: huge).line.utf8), to: daemon)
            #expect(result.exit == 65 || result.exit == 75, "\(result)")
            #expect(result.errors.contains("["), "\(result)")
            let peak = try Self.peakMemory(of: daemon.pid)
            #expect(peak < 160 << 20, "\(peak >> 20) MiB")
            #expect(try await Self.stored(daemon) == "open 0, acknowledged 0, resolved 0")
        }
    }

    @Test(
        """
        an import without a single good record has failed: its exit code, its reason, and an operation run that says \
        so
        """
    )
    func nothingUsable() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let lines = [NativeFinding(title: "true").line, NativeFinding(title: "{}").line]
            try await Self.importing(
                Array(lines.joined(separator: "\n").utf8), "--skip-bad-records", to: daemon
            ).refused(65, "ALL_RECORDS_REJECTED")
            let runs = try await daemon.ctl("operation", "list", Scene.tenant, "-o", "json").succeeded()
            #expect(String(decoding: runs.output, as: UTF8.self).contains("all_records_rejected"), "\(runs)")
            #expect(try await Self.stored(daemon) == "open 0, acknowledged 0, resolved 0")
        }
    }

    @Test("text that is not UTF-8 is refused; a NUL and half a surrogate pair cost that character")
    func invalidText() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            var bytes = Array(NativeFinding(resourceName: "?").line.utf8)
            bytes[try #require(bytes.lastIndex(of: UInt8(ascii: "?")))] = 0xFF
            let invalid = try await Self.importing(bytes, to: daemon)
            #expect(invalid.exit == 65, "\(invalid)")
            let nul = try await Self.importing(Array(NativeFinding(resourceName: #"a\u0000b"#).line.utf8), to: daemon)
            #expect(nul.exit == 0, "\(nul)")
            #expect(nul.errors.contains("character_replaced"), "\(nul)")
            let half = try await Self.importing(Array(NativeFinding(resourceName: #"a\ud83d"#).line.utf8), to: daemon)
            #expect(half.exit == 0, "\(half)")
            #expect(try await Self.stored(daemon) == "open 1, acknowledged 0, resolved 0")
        }
    }

    @Test("the same uid twice in one import names both records; skipping keeps the first")
    func duplicates() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let lines = [
                NativeFinding().line, NativeFinding(uid: "another").line, NativeFinding(status: "resolved").line,
            ]
            let bytes = Array(lines.joined(separator: "\n").utf8)
            let refused = try await Self.importing(bytes, to: daemon)
            refused.refused(65, "INVALID_RECORD")
            #expect(refused.errors.contains("record 3") && refused.errors.contains("record 1"), "\(refused)")
            #expect(try await Self.stored(daemon) == "open 0, acknowledged 0, resolved 0")

            let answer = try await Self.importing(bytes, "--skip-bad-records", "-o", "json", to: daemon)
                .succeeded().json()
            #expect(answer["read"].int == 3)
            #expect(answer["inserted"].int == 2)
            #expect(answer["rejected"].int == 1)
            #expect(try await Self.stored(daemon) == "open 2, acknowledged 0, resolved 0")
        }
    }

    @Test("findings of another tenant are refused unless the caller says otherwise")
    func otherTenant() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            try await daemon.makeTenant(Scene.otherTenant, name: "Other")
            let file = example("findings-run-1.ocsf.json")
            try await daemon.ctl("import", "findings", Scene.otherTenant, file).refused(65, "TENANT_MISMATCH")
            try await daemon.ctl("import", "findings", Scene.otherTenant, file, "--allow-tenant-mismatch").succeeded()
        }
    }

    @Test("a report over 32 MiB, and one that is no JSON, are refused")
    func reports() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            func importing(_ bytes: [UInt8]) async throws -> CommandResult {
                try await daemon.ctl(
                    "import", "report", Scene.tenant, "--type", "entra.admin_roles", "-", input: bytes)
            }
            let long = "\"" + String(repeating: "r", count: (32 << 20) - 2)
            try await importing(Array((long + "\"").utf8)).succeeded()
            try await importing(Array((long + "r\"").utf8)).refused(75, "REPORT_TOO_LARGE")
            let broken = try await importing(Array("<<<<<<< HEAD\n{}".utf8))
            #expect(broken.exit == 65, "\(broken)")
            let cut = try await importing(Array("{\"value\": [".utf8))
            cut.refused(65, "TRUNCATED_INPUT")
        }
    }

    @Test("hardening settings with a key that nobody knows are refused")
    func hardening() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let result = try await daemon.ctl(
                "import", "hardening", Scene.tenant, "-", input: Array(#"{"scope_mode":"tenant","surprise":1}"#.utf8))
            #expect(result.exit == 65 || result.exit == 64, "\(result)")
            #expect(result.errors.contains("surprise"), "\(result)")
        }
    }

    @Test("an unknown tenant, a missing file and names that cannot be used each get their code")
    func arguments() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let file = example("findings-run-1.ocsf.json")
            try await daemon.ctl("import", "findings", Scene.absentTenant, file).refused(4, "NOT_FOUND")
            try await daemon.ctl("generate", Scene.absentTenant).refused(4, "NOT_FOUND")
            #expect(try await daemon.ctl("import", "findings", Scene.tenant, "/nonexistent").exit == 66)
            for name in ["two\nlines", "an escape \u{1B}[31m", "", String(repeating: "n", count: 201)] {
                try await daemon.ctl("workspace", "create", name).refused(64, "INVALID_FIELD")
            }
            try await daemon.ctl(
                "tenant", "create", Scene.workspace, "--external-id", "no-guid", "--name", "x"
            ).refused(64, "INVALID_FIELD")
            try await daemon.ctl("workspace", "create", Scene.workspace).refused(1, "ALREADY_EXISTS")
            #expect(try await daemon.ctl("expire", Scene.absentPack).exit != 0, "asks, and nobody is there")
            #expect(try await daemon.ctl("no-such-command").exit == 64)
        }
    }

    /// The most memory that the process ever had in use, in bytes.
    static func peakMemory(of pid: pid_t) throws -> Int {
        let status = String(decoding: try contents(of: "/proc/\(pid)/status"), as: UTF8.self)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.filter(\.isNumber))) << 10
    }
}
