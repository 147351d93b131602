import Domain
import Foundation
import TestTags
import Testing

/// Data that was made to harm whoever opens, prints or stores it.
@Suite(.tags(.hostileInput), .timeLimit(.minutes(4)))
struct HostileContentTests {
    /// Acts on a terminal, or changes the order of what is read.
    private static let acting = "\u{1B}[2J\u{1B}]0;owned\u{7}\u{9B}31m\u{202E}\u{2066}\u{200F}\u{61C}"

    /// What of it a run's texts may hold, which are refused with the control characters of ASCII.
    private static let overriding = "\u{9B}31m\u{202E}\u{2066}\u{200F}\u{61C}"

    /// As a JSON string's content.
    private static func escaped(_ text: String) -> String {
        text.utf16.map { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
    }

    private static func nested(_ depth: Int, _ inner: String = "") -> String {
        String(repeating: "[", count: depth) + inner + String(repeating: "]", count: depth)
    }

    @Test("a report may be nested deeply, and goes whole into a pack; one that is too deep is refused")
    func deepReports() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            func importing(_ text: String) async throws -> CommandResult {
                try await daemon.ctl(
                    "import", "report", Scene.tenant, "--type", "permission_posture", "-", input: Array(text.utf8))
            }
            let deepest = Self.nested(256, "\"adele@contoso.com\"")
            try await importing(deepest).succeeded()
            try await importing(Self.nested(257)).refused(65, "INVALID_JSON")
            try await importing(String(repeating: "[", count: 4_000_000)).refused(65, "INVALID_JSON")
            try await importing(String(repeating: "{\"a\":", count: 1_000_000)).refused(65, "INVALID_JSON")
            for pii in ["--pii", "--no-pii"] {
                let pack = try await daemon.generate(Scene.tenant, pii, "--yes")
                let file = daemon.scratch.file("deep\(pii).zip")
                try await daemon.ctl("download", try #require(pack["id"].string), "-O", file).succeeded()
                try await daemon.ctl("verify", file).succeeded()
                let stored = try await run("/usr/bin/unzip", ["-p", file, "reports/permission_posture.json"])
                    .succeeded()
                #expect(stored.text.filter { $0 == "[" }.count >= 256)
                #expect(stored.text.contains("adele@contoso.com") == (pii == "--pii"))
            }
        }
    }

    @Test("settings, operation runs and findings that are too deep or too large are refused, and nothing is stored")
    func deepDocuments() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let deep = Self.nested(100_000)
            let large = String(repeating: "x", count: 8 << 20)
            func importing(_ kind: String, _ text: String) async throws -> CommandResult {
                try await daemon.ctl("import", kind, Scene.tenant, "-", input: Array(text.utf8))
            }
            let run = #"{"id":"0199f3a2-7b1c-7def-8123-456789abcdef","type":"t","status":"completed","context":"#
            let documents = [
                ("hardening", "{\"warnings\":\(deep)}"), ("hardening", "{\"scope_mode\":\(deep)}"),
                ("hardening", "{\"warnings\":[\"\(large)\"]}"), ("hardening", deep),
                ("operations", "\(run)\(deep)}"), ("operations", "\(run){\"a\":\"\(large)\"}}"), ("operations", deep),
                ("findings", NativeFinding(more: ",\"extra\":\(deep)").line), ("findings", deep),
            ]
            for (kind, text) in documents {
                let result = try await importing(kind, text)
                #expect([64, 65, 75].contains(result.exit), "\(kind): \(result.exit) \(result.errors.prefix(500))")
                #expect(result.errors.utf8.count < 2000, "\(kind): the error does not hold the data")
            }
            let shown = try await daemon.ctl("tenant", "show", Scene.tenant, "-o", "json").succeeded().json()
            #expect(shown["findings_by_status"].array.allSatisfy { $0["findings"].int == 0 }, "\(shown)")
            let figures = try ProcessFigures(of: daemon.pid)
            #expect(figures.resident < 200 << 20, "\(figures.resident >> 20) MiB")
        }
    }

    @Test("cells that a spreadsheet would compute are text in the pack, whatever stands before the sign")
    func formulas() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let formulas = [
                "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠A1",
            ]
            let lines = formulas.enumerated().map { number, formula in
                NativeFinding(
                    uid: "f\(number)", resourceID: Self.escaped(formula), resourceName: Self.escaped(formula),
                    title: "\"\(Self.escaped(formula))\"", more: ",\"detail\":\"\(Self.escaped(formula))\""
                ).line
            }
            try await daemon.ctl(
                "import", "findings", Scene.tenant, "-", input: Array(lines.joined(separator: "\n").utf8)
            ).succeeded()
            let cells = try await Self.cells(of: "findings.csv", daemon)
            #expect(cells.count == formulas.count)
            // What a separator parts is guarded, too: a reader of TAB sees a cell begin behind it.
            let guarded = formulas.map { formula in
                "'" + formula.replacing("\t=", with: "\t'=").replacing("\r=", with: "\r'=")
            }
            // Findings of one import stand in the order of their fingerprints.
            for column in ["title", "resource_id", "resource_name", "detail"] {
                #expect(Set(cells.map { $0[column].string }) == Set(guarded), "\(column)")
            }
        }
    }

    @Test("text that acts on terminals is kept as it came in the pack, and shown escaped by every command")
    func actingText() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let text = Self.escaped(Self.acting)
            try await daemon.ctl(
                "import", "findings", Scene.tenant, "-",
                input: Array(NativeFinding(resourceName: text, title: "\"\(text)\"").line.utf8)
            ).succeeded()
            try await daemon.ctl(
                "import", "hardening", Scene.tenant, "-", input: Array("{\"warnings\":[\"\(text)\"]}".utf8)
            ).succeeded()
            let run = try await Self.importedRun(daemon)
            let cells = try await Self.cells(of: "findings.csv", daemon)
            #expect(cells.first?["title"].string == Self.acting)
            let commands: [[String]] = [
                ["list"], ["tenant", "list"], ["tenant", "show", Scene.tenant], ["card", Scene.tenant],
                ["operation", "list", Scene.tenant], ["operation", "show", run], ["notification", "list"],
                ["audit", "list"], ["schedule", "list"],
                ["show", Self.acting], ["tenant", "show", Self.acting],
                ["import", "findings", Scene.tenant, Self.acting],
                ["download", Scene.absentPack, "-O", Self.acting], ["generate", Self.acting],
                ["import", "report", Scene.tenant, "--type", Self.acting, "-"], [Self.acting],
                ["list", "--\(Self.acting)"],
            ]
            for command in commands {
                for format in ["table", "json"] {
                    let result = try await daemon.ctl(command + ["-o", format])
                    let shown = (result.text + result.errors).unicodeScalars
                    #expect(
                        shown.allSatisfy { $0 == "\n" || !$0.isControlOrFormat },
                        "\(command.map(\.debugDescription)) \(format): \(result.description.debugDescription)")
                }
            }
        }
    }

    /// Imports an operation run all of whose texts are hostile, and returns its id.
    private static func importedRun(_ daemon: Daemon) async throws -> String {
        func importing(_ text: String, context: String) async throws -> CommandResult {
            let line = """
                {"id":"x\(escaped(text))","type":"\(escaped(text))","status":"completed","outcome":"failed",\
                "started_at":"2026-03-01T00:00:00Z","finished_at":"2026-03-01T00:00:01Z",\
                "initiator":"\(escaped(text))",\
                "context":{"\(escaped(context))":"\(escaped(context))","reason_code":"\(escaped(text))"}}
                """
            return try await daemon.ctl("import", "operations", Scene.tenant, "-", input: Array(line.utf8))
        }
        for character in ["\u{1B}", "\u{7}", "\u{7F}", "\n"] {
            try await importing("a\(character)b", context: "").refused(65, "INVALID_RECORD")
        }
        try await importing(overriding, context: acting).succeeded()
        let runs = try await daemon.ctl("operation", "list", Scene.tenant, "-o", "json").succeeded().json().array
        let run = try #require(runs.first { $0["type"].string == overriding }, "\(runs)")
        #expect(run["initiator"].string == overriding)
        return try #require(run["id"].string)
    }

    @Test("names that look like paths are names: no file comes to lie anywhere else")
    func pathNames() async throws {
        try await withDaemon { daemon in
            let names = ["../../../../tmp/evil", "/etc/passwd", "..", "a/../b", "con\\..\\evil"]
            for (number, name) in names.enumerated() {
                let tenant = "11111111-2222-4333-8444-55555555555\(number)"
                try await daemon.ctl("workspace", "create", name).succeeded()
                try await daemon.ctl("tenant", "create", name, "--external-id", tenant, "--name", name).succeeded()
                let pack = try await daemon.generate(tenant)
                let folder = daemon.scratch.file("downloads-\(number)")
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
                try await daemon.ctl("download", try #require(pack["id"].string), in: folder).succeeded()
                #expect(daemon.scratch.names(in: "downloads-\(number)") == [try #require(pack["file_name"].string)])
                #expect(pack["file_name"].string?.hasPrefix("review-pack-\(tenant)-") == true)
                try await daemon.ctl("verify", folder + "/" + (pack["file_name"].string ?? "")).succeeded()
            }
            #expect(try daemon.exportedFiles().count == names.count)
            let reserved: Set = ["sock", "state"]
            #expect(daemon.scratch.names().allSatisfy { reserved.contains($0) || $0.hasPrefix("downloads-") })
        }
    }

    /// The rows of a CSV file of the newest pack, read by Python, each as an object.
    private static func cells(of member: String, _ daemon: Daemon) async throws -> [JSON] {
        let pack = try await daemon.generate(Scene.tenant, "--yes")
        let file = daemon.scratch.file("cells.zip")
        try await daemon.ctl("download", try #require(pack["id"].string), "-O", file).succeeded()
        try await daemon.ctl("verify", file).succeeded()
        return try await Subprocesses.python(
            """
            import csv, io, json, sys, zipfile
            text = zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]).decode()
            print(json.dumps(list(csv.DictReader(io.StringIO(text, newline="")))))
            """, file, member
        ).array
    }
}
