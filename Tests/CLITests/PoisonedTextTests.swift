import Domain
import ReviewPackAPI
import TTRPC
import TestTags
import Testing

@testable import CLI

/// What the service says may come from anybody: a scanner, a member of another workspace, a service that is none of
/// ours.
@Suite(
    "Text of the service that would move, hide or forge what a person sees", .tags(.commandLine, .hostileInput),
    .timeLimit(.minutes(2)))
struct PoisonedTextTests {
    static let commands: [[String]] = [
        ["list"], ["list", Fixture.tenant], ["show", Fixture.packID], ["show", "abcdef"], ["card", Fixture.tenant],
        ["watch", Fixture.packID], ["token", Fixture.packID], ["expire", Fixture.packID, "--yes"],
        ["expire", Fixture.packID], ["cancel", Fixture.packID], ["generate", Fixture.tenant, "--no-wait"],
        ["generate", Fixture.tenant, "--wait"], ["generate", Fixture.tenant, "--regenerate", Fixture.packID],
        ["download", Fixture.packID, "-O", "-"], ["download", Fixture.packID, "-O", "/dev/null/pack"], ["prune"],
        ["prune", "--dry-run"],
        ["notification", "list"], ["notification", "read", Fixture.packID], ["notification", "read", "--all"],
        ["alert-rule", "events"], ["alert-rule", "list", "--workspace", "w"], ["alert-rule", "delete", Fixture.packID],
        ["alert-rule", "create", "--event", "review_pack.ready", "--workspace", "w", "--subject", "s"],
        ["audit", "list"], ["audit", "verify"], ["tenant", "list"], ["tenant", "show", Fixture.tenant],
        ["tenant", "create", "w", "--external-id", Fixture.tenant, "--name", "n"],
        ["tenant", "rename", Fixture.tenant, "n"], ["tenant", "delete", Fixture.tenant, "--yes"],
        ["tenant", "delete", Fixture.tenant], ["workspace", "list"], ["workspace", "create", "w"],
        ["workspace", "delete", PoisonedMessages.poison, "--yes"], ["workspace", "delete", PoisonedMessages.poison],
        ["member", "list", "--workspace", "w"],
        ["member", "grant", "--workspace", "w", "--subject", "s", "--role", "viewer"],
        ["member", "revoke", "--workspace", "w", "--subject", "s", "--role", "viewer"],
        ["import", "findings", Fixture.tenant, "-"],
        ["import", "report", Fixture.tenant, "--type", "entra.admin_roles", "-"],
        ["import", "hardening", Fixture.tenant, "-"], ["import", "operations", Fixture.tenant, "-"],
        ["operation", "list", Fixture.tenant], ["operation", "show", Fixture.packID], ["schedule", "list"],
        ["whoami"], ["health"], ["version"], ["doctor"], ["check"], ["stats"], ["stats", "--openmetrics"],
        ["verify", "/dev/null", "--pack", Fixture.packID], ["backup", "/dev/null/backup"],
    ]

    /// Those that show no text of the service, but numbers and words of their own.
    static let silent: [[String]] = [
        ["notification", "read", Fixture.packID], ["notification", "read", "--all"],
        ["alert-rule", "delete", Fixture.packID], ["health"], ["verify", "/dev/null", "--pack", Fixture.packID],
        ["backup", "/dev/null/backup"], ["download", Fixture.packID, "-O", "/dev/null/pack"],
        ["download", Fixture.packID, "-O", "-"],
    ]

    /// What in a text acts on a terminal, but for line ends and what this program does itself.
    static func acting(in text: String, on terminal: Terminal) -> String? {
        var text = text
        // Its own colours, and the progress line that it draws over.
        if terminal.allowsColour { text = text.replacing(#/\u{1B}\[[0-9]*m/#, with: "") }
        if terminal.isError { text = text.replacing("\r\u{1B}[K", with: "").replacing("\u{1B}[K", with: "") }
        if terminal.isError { text.unicodeScalars.removeAll { $0 == "\r" } }
        if let scalar = text.unicodeScalars.first(where: { $0.isControlOrFormat && $0 != "\n" }) {
            return "U+\(String(scalar.value, radix: 16)) in \(text.debugDescription)"
        }
        let lines = text.unicodeScalars.split(separator: "\n").map(String.init)
        return lines.contains { $0.hasPrefix("error: forged") } ? "a forged line in \(text.debugDescription)" : nil
    }

    @Test("is escaped by every command in every format, on a terminal and not", arguments: commands)
    func answers(command: [String]) async throws {
        var poisoned = try PoisonedMessages()
        var showsText = false
        var last = ""
        for (enumeration, elements) in [(1, 1), (3, 1), (4, 1), (5, 2), (99, 1)] {
            // A pack that is never finished is watched for ever.
            if enumeration < 3 || enumeration == 99, command[0] == "watch" || command.contains("--wait") { continue }
            poisoned.enumeration = enumeration
            poisoned.elements = elements
            let service = FakeService()
            for method in Methods.all {
                let responses = poisoned.responses(of: method)
                service.onAny(method) { _ in responses }
            }
            // Neither the other formats nor the terminal change with the values.
            let others = [("json", Terminal.none), ("jsonl", .none), ("id", .none), ("table", .person)]
            for (format, terminal) in [("table", .none)] + (enumeration == 3 ? others : []) {
                let output = command.contains("--openmetrics") ? [] : ["-o", format]
                let result = await run(
                    command + output, service: service, terminal: terminal, answers: ["y"], input: Array("{}".utf8))
                #expect(Self.acting(in: result.output, on: .none.colours(of: terminal)) == nil)
                #expect(Self.acting(in: result.errors, on: terminal) == nil)
                let shown = result.output + result.errors
                if format == "table" { last += shown }
                showsText = showsText || shown.contains("\\u{202e}") || shown.contains("\\u202e")
            }
        }
        // Or this test would not see what it is for.
        #expect(showsText != Self.silent.contains(command), "\(last)")
    }

    @Test("is escaped in the errors of every command", arguments: commands)
    func errors(command: [String]) async throws {
        try await expectEscapedErrors([PoisonedMessages.poison], of: command)
    }

    @Test("is escaped in what the metadata adds to the advice for any reason")
    func advice() async throws {
        try await expectEscapedErrors(Reason.allCases.map(\.rawValue), of: ["whoami"], on: [.none, .person])
    }

    private func expectEscapedErrors(
        _ reasons: [String], of command: [String], on terminals: [Terminal] = [.none]
    ) async throws {
        for reason in reasons {
            let keys = ["pack", "status", "capability", "problem", "record", "field", PoisonedMessages.poison]
            let info = GoogleRPC.ErrorInfo(
                reason: reason, domain: Reason.domain,
                metadata: Dictionary(uniqueKeysWithValues: keys.map { ($0, PoisonedMessages.poison) }))
            let failure = RPCFailure(
                code: .aborted, message: PoisonedMessages.poison,
                details: [.init(typeURL: "type.googleapis.com/google.rpc.ErrorInfo", value: info.serialized())])
            let service = FakeService()
            for method in Methods.all { service.onAny(method) { _ in throw failure } }
            for terminal in terminals {
                let result = await run(command, service: service, terminal: terminal, answers: ["y"])
                #expect(Self.acting(in: result.output, on: .none.colours(of: terminal)) == nil)
                #expect(Self.acting(in: result.errors, on: terminal) == nil)
            }
        }
    }

    @Test("every command is tried")
    func everyCommand() {
        let leaves = HelpTests.commands.filter { command in
            !command.isEmpty && !HelpTests.commands.contains { $0.count > command.count && $0.starts(with: command) }
        }
        // A scan starts programs: its own tests say what it does with their words.
        for leaf in leaves where leaf != ["scan", "run"] {
            #expect(Self.commands.contains { $0.starts(with: leaf) }, "\(leaf.joined(separator: " "))")
        }
    }
}

extension Terminal {
    /// This terminal with the colours of another one.
    fileprivate func colours(of other: Terminal) -> Terminal {
        Terminal(
            canAsk: canAsk, isOutput: isOutput, isError: isError, width: width, allowsColour: other.allowsColour)
    }
}
