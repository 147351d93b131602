import ArgumentParser
import Domain
import ReviewPackClient

struct OperationCommands: CommandFamily {
    static let configuration = CommandConfiguration(
        commandName: "operation", abstract: "Operation runs: what was done to a tenant, and how it ended.",
        subcommands: [OperationListCommand.self, OperationShowCommand.self])
}

struct OperationListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List a tenant's operation runs, newest first.",
        usage: "reviewpackctl operation list <tenant> [--type <type>] [--limit <n>]",
        discussion: """
            Example:
              reviewpackctl operation list $TENANT --limit 20
            """)

    @Argument(help: ArgumentHelp("The tenant's Entra GUID.", valueName: "tenant"), completion: .tenants)
    var tenant: String

    @Option(help: ArgumentHelp("Only runs of this type.", valueName: "type"), completion: .operationTypes)
    var type: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("At most so many (default: all).", valueName: "n"))
    var limit: Int?

    @OptionGroup var common: CommonOptions

    var subject: String? { "tenant \(tenant)" }

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more") }
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
        commandName: "show",
        abstract: "Show one operation run with its context.",
        usage: "reviewpackctl operation show <run>",
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
