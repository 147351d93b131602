import Domain
import ExitCodes
import Foundation
import TestTags
import Testing

@Suite(
    "Manual pages", .tags(.documents, .commandLine),
    .enabled(if: Programs.installed("groff") != nil && Programs.installed("mandoc") != nil))
struct ManualTests {
    static let names = ["reviewpackctl.1", "reviewpackd.8", "reviewpackd.yaml.5"]

    private static func write(into folder: String) async throws {
        try await run(
            "/bin/bash", ["\(Programs.project)/scripts/man-pages", Programs.folder, folder],
            environment: ["SOURCE_DATE_EPOCH": "1772000000"]
        ).succeeded()
    }

    /// Written once for all tests that only read.
    private static let written = Task {
        let scratch = try Scratch()
        try await write(into: scratch.path)
        return scratch
    }

    /// A page as it is read: without bold, 100 columns wide.
    private static func read(_ page: String) async throws -> String {
        let roff = try await run(
            "/usr/bin/groff", ["-man", "-ww", "-Tutf8", "-P-c", "-P-u", "-P-b", "-rLL=100n", page])
        #expect(roff.exit == 0 && roff.errors.isEmpty, "\(roff.errors)")
        return roff.text
    }

    @Test("groff and mandoc have nothing to warn of, and the same programs give the same bytes")
    func pages() async throws {
        let one = try await Self.written.value
        let two = try Scratch()
        try await Self.write(into: two.path)
        #expect(one.names() == Self.names)
        for name in Self.names {
            let page = one.file(name)
            _ = try await Self.read(page)
            let lint = try await run("/usr/bin/mandoc", ["-Tlint", "-W", "warning", page])
            #expect(lint.exit == 0 && lint.text.isEmpty, "\(lint)")
            #expect(try contents(of: page) == contents(of: two.file(name)))
        }
    }

    @Test("every page has the sections that a reader looks for", arguments: names)
    func sections(name: String) async throws {
        let scratch = try await Self.written.value
        let text = try await Self.read(scratch.file(name))
        for section in [
            "NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES", "SEE ALSO",
        ] {
            #expect(text.contains("\n\(section)\n"), "\(section)")
        }
        // A request that came through as text.
        #expect(!text.contains(" .br") && !text.contains("\\f"))
    }

    @Test("every command, setting and exit code is in the pages")
    func completeness() async throws {
        let scratch = try await Self.written.value
        let client = try await Self.read(scratch.file("reviewpackctl.1"))
        let daemon = try await Self.read(scratch.file("reviewpackd.8"))
        let settings = try await Self.read(scratch.file("reviewpackd.yaml.5"))

        for (program, text) in [("reviewpackctl", client), ("reviewpackd", daemon)] {
            let dump = try await run("\(Programs.folder)/\(program)", ["--experimental-dump-help"]).json()
            let commands = Self.commands(dump["command"])
            #expect(commands.count > 5)
            for command in commands { #expect(text.contains("\n   \(command)\n"), "\(command)") }
        }
        let names = try await run(Programs.daemon, ["config", "dump"]).lines
            .filter { !$0.hasPrefix("#") }.compactMap { $0.split(separator: ":").first.map(String.init) }
        #expect(names.count > 30)
        for name in names {
            #expect(settings.contains("\n       \(name)"), "\(name)")
            #expect(daemon.contains("\n       --\(name.replacing("_", with: "-")) value\n"), "\(name)")
        }
        for status in ExitCodes.ExitStatus.allCases {
            #expect(client.contains("\n       \(status.rawValue) "), "\(status)")
        }
    }

    /// The commands with work to do, as they are typed.
    private static func commands(_ command: JSON, after words: String = "") -> [String] {
        let name = words + (command["commandName"].string ?? "")
        let children = command["subcommands"].array.filter { $0["commandName"].string != "help" }
        return children.isEmpty ? [name] : children.flatMap { commands($0, after: name + " ") }
    }
}
