import ExitCodes
import TestTags
import Testing

@Suite("Help and arguments", .tags(.commandLine))
struct HelpTests {
    static let commands = [
        [], ["generate"], ["list"], ["show"], ["card"], ["watch"], ["token"], ["download"], ["verify"], ["cancel"],
        ["expire"], ["prune"], ["notification"], ["notification", "list"], ["notification", "read"], ["alert-rule"],
        ["alert-rule", "events"], ["alert-rule", "create"], ["alert-rule", "list"], ["alert-rule", "delete"], ["audit"],
        ["audit", "list"], ["audit", "verify"], ["tenant", "rename"], ["tenant", "delete"], ["workspace", "delete"],
        ["import"], ["import", "findings"], ["import", "report"], ["import", "hardening"], ["import", "operations"],
        ["scan"], ["scan", "run"], ["schedule"], ["schedule", "list"],
        ["operation"], ["operation", "list"], ["operation", "show"], ["workspace"], ["workspace", "create"],
        ["workspace", "list"], ["tenant"], ["tenant", "create"], ["tenant", "list"], ["tenant", "show"], ["member"],
        ["member", "grant"], ["member", "revoke"], ["member", "list"], ["whoami"], ["health"], ["doctor"], ["check"],
        ["backup"], ["stats"], ["version"],
    ]

    @Test("every command's help is the golden one, on standard output, with exit 0", arguments: commands)
    func help(command: [String]) async {
        let result = await run(command + ["--help"])
        #expect(result.status == .ok)
        #expect(result.errors.isEmpty)
        expectGolden("help" + command.map { "-" + $0 }.joined(), result.output)
    }

    @Test("every command with work to do shows an example", arguments: commands)
    func examples(command: [String]) async {
        let text = await run(command + ["--help"]).output
        #expect(text.contains("Example") || text.contains("<command>") || text.contains("<subcommand>"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 || $0.contains("reviewpackctl") })
    }

    @Test(
        "arguments that cannot be used end with 64 and point to the help",
        arguments: [
            ["generate"], ["list", "--status", "rady"], ["list", "--limit", "0"], ["list", "--generated-after", "May"],
            ["download"], ["download", "a", "--token-file", "b"], ["download", "--latest", "--token-file", "b"],
            ["member", "grant", "--system", "--role", "pruner"], ["member", "list"],
            ["member", "list", "--system", "--workspace", "w"], ["import", "report", "t", "f"],
            ["verify", "f", "--sha256", "12"], ["verify", "f", "--sha256", "12", "--pack", "x"], ["frobnicate"],
            ["notification", "read"], ["notification", "read", "abcdef", "--all"],
            ["notification", "list", "--limit", "0"],
            ["alert-rule", "list"], ["alert-rule", "list", "--tenant", "t", "--workspace", "w"],
            ["alert-rule", "create", "--event", "scan.failed", "--workspace", "w"],
            ["alert-rule", "create", "--workspace", "w", "--user", "alice"], ["audit", "list", "--outcome", "good"],
            ["audit", "list", "--after", "May"], ["tenant", "rename", "t"], ["tenant", "delete"],
            ["workspace", "delete"],
            ["list", "-o", "xml"], ["list", "--connect-timeout", "soon"], ["show"],
        ])
    func usage(arguments: [String]) async {
        let result = await run(arguments)
        #expect(result.status == .usage)
        #expect(result.output.isEmpty)
        let lines = result.errors.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("error: ") == true)
        #expect(lines.last?.contains("--help`") == true)
    }

    @Test(
        "a group without its command shows what there is on standard error and ends with 64", arguments: ["", "member"])
    func missingCommand(group: String) async {
        let result = await run(group.isEmpty ? [] : [group])
        #expect(result.status == .usage)
        #expect(result.output.isEmpty)
        #expect(result.errors.contains("SUBCOMMANDS"))
    }
}
