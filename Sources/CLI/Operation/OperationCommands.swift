import ArgumentParser
import Bytes
import Domain
import ReviewPackAPI
import ReviewPackClient

struct OperationCommands: CommandFamily {
    static let configuration = CommandConfiguration(
        commandName: "operation", abstract: "Operation runs: what was done to a tenant, and how it ended.",
        subcommands: [OperationListCommand.self, OperationShowCommand.self])
}

struct OperationListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "operation list",
        abstract: "List a tenant's operation runs, newest first.",
        arguments: "<tenant> [--type <type>] [--limit <n>]",
        discussion: """
            Example:
              reviewpackctl operation list $TENANT --limit 20
            """)

    @Argument(help: .tenant, completion: .tenants)
    var tenant: String

    @Option(help: ArgumentHelp("Only runs of this type.", valueName: "type"), completion: .operationTypes)
    var type: String?

    @Option(parsing: .unconditional, help: .limit)
    var limit: Int?

    @OptionGroup var common: CommonOptions

    var subject: String? { "tenant \(tenant)" }

    func validate() throws {
        try ValidationError.requirePositive(limit: limit)
    }

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let operations = try await client.operations(
                tenant: try await client.tenantID(tenant), type: type, limit: limit)
            try session.print(
                OperationViews.list(operations, accounts: session.context.accounts),
                whenEmpty: [
                    "No operation runs yet", "Nothing was imported or generated for this tenant.",
                    "  reviewpackctl import findings \(tenant) FILE",
                ])
        }
    }
}

struct OperationShowCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "operation show",
        abstract: "Show one operation run with its context.",
        arguments: "<run>",
        discussion: """
            Example:
              reviewpackctl operation show 01a1b2c3-d4e5-7f60-8a9b-0c1d2e3f4a5b
            """)

    @Argument(
        help: ArgumentHelp("The run's id, as `operation list` and `show` print it.", valueName: "run"),
        completion: .operationRuns)
    var run: String

    @OptionGroup var common: CommonOptions

    var subject: String? { "operation run \(run)" }

    func run(in session: Session) async throws {
        guard case .whole(let id)? = try? IDReference(run, of: "operation run") else {
            throw ClientError.usage(
                "\(run.debugDescription) is no id of an operation run",
                advice: "give the whole UUID; `reviewpackctl operation list TENANT` prints them")
        }
        try await session.withClient { client in
            let run = try await client.operation(id)
            try session.print(OperationViews.detail(run, accounts: session.context.accounts))
        }
    }
}

/// Operation runs for people.
enum OperationViews {
    static func list(_ operations: [Proto.OperationRun], accounts: AccountDatabase) -> Rendering {
        .list(
            operations.map(value), ids: operations.map(\.id),
            table: TextTable(
                columns: [
                    .left("ID"), .left("TYPE"), .left("STATUS"), .left("OUTCOME"), .left("STARTED"), .left("BY"),
                    .left("IMPORTED"),
                ],
                rows: operations.map {
                    [
                        // Runs cannot be found by a part of their id, so the whole one is shown.
                        StyledText($0.id.printable), StyledText($0.type.printable), StyledText(word($0.status.word)),
                        outcome($0), StyledText(ValueText.time($0.startedAt)),
                        StyledText(ValueText.initiator($0.initiator, accounts: accounts).printable),
                        StyledText($0.imported ? "yes" : "no"),
                    ]
                }))
    }

    /// The run's fields with its context as the object that it is, not as a text that holds one.
    private static func value(_ run: Proto.OperationRun) -> OutputValue {
        guard case .object(let fields) = OutputValue(run) else { return .null }
        return .object(
            fields.map { $0.name == "context" ? OutputValue.Field(name: $0.name, value: .json(run.context)) : $0 })
    }

    static func detail(_ run: Proto.OperationRun, accounts: AccountDatabase) -> Rendering {
        var section = SectionedText.Section(title: "Operation run")
        section.add("Run", run.id.printable)
        section.add("Type", run.type.printable)
        section.add("Tenant", run.tenantExternalID.printable)
        section.add("Status", word(run.status.word))
        section.add("Outcome", outcome(run))
        section.add("Reason", ifPresent: run.reasonCode?.printable)
        section.add("Initiator", ValueText.initiator(run.initiator, accounts: accounts).printable)
        section.add("Imported", run.imported ? "yes, a collector says so" : "no, recorded by the service")
        section.add("Started", ifPresent: run.startedAt?.description)
        section.add("Finished", ifPresent: run.finishedAt?.description)
        if !run.context.isEmpty { section.add("Context", run.context.printable) }
        return .one(value(run), id: run.id, text: SectionedText(sections: [section]))
    }

    private static func outcome(_ run: Proto.OperationRun) -> StyledText {
        switch run.outcome {
        case .succeeded: StyledText("succeeded", .success)
        case .failed: StyledText("failed", .danger)
        case .unspecified: StyledText("-")
        default: StyledText("unknown")
        }
    }

    private static func word(_ word: String?) -> String { word.map { $0 == "unspecified" ? "-" : $0 } ?? "unknown" }
}
