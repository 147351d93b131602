import ArgumentParser
import Domain
import ReviewPackAPI
import ReviewPackClient

struct ListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List review packs, of one tenant or of all that you may see.",
        usage: """
            reviewpackctl list [<tenant>] [--status <status,...>] [--generated-after <time>] [--generated-before <time>] [--search <text>] [--sort <order>] [--limit <n>]
            """,
        discussion: """
            Example:
              reviewpackctl list --status ready,expired --generated-after 2026-01-01
            """)

    @Argument(help: ArgumentHelp("The tenant's Entra GUID.", valueName: "tenant"), completion: .tenants)
    var tenant: String?

    @Option(
        help: ArgumentHelp("Only these: queued, generating, ready, failed, expired.", valueName: "status,..."),
        completion: .packStatuses,
        transform: StatusList.parse)
    var status: StatusList?

    @Option(
        help: ArgumentHelp("Only packs generated at this time or later (RFC 3339, or a UTC date).", valueName: "time"),
        transform: TimeArgument.parse)
    var generatedAfter: TimeArgument?

    @Option(
        help: ArgumentHelp("Only packs generated before this time.", valueName: "time"), transform: TimeArgument.parse)
    var generatedBefore: TimeArgument?

    @Option(help: ArgumentHelp("Only tenants whose name holds this text.", valueName: "text"))
    var search: String?

    @Option(help: "Order; generated_at is newest first.")
    var sort: PackSortArgument = .generatedAt

    @Option(parsing: .unconditional, help: ArgumentHelp("At most so many (default: all).", valueName: "n"))
    var limit: Int?

    @OptionGroup var common: CommonOptions

    var subject: String? { tenant.map { "tenant \($0)" } }

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more") }
        if let search, search.isEmpty { throw ValidationError("--search needs some text of the tenant's name") }
    }

    func run(in session: Session) async throws {
        try await session.withClient { client in
            var request = Proto.ListPacksRequest(
                statuses: status?.statuses ?? [], generatedAfter: generatedAfter?.time,
                generatedBefore: generatedBefore?.time, search: search, sort: sort.wire)
            if let tenant { request.tenant = try await client.tenantID(tenant) }
            let packs = try await client.packs(request, limit: limit)
            try session.print(PackViews.list(packs), whenEmpty: hint)
        }
    }

    private var hint: [String] {
        let isFiltered = status != nil || generatedAfter != nil || generatedBefore != nil || search != nil
        if isFiltered {
            return [
                "No review packs match", "Nothing passed the filters.",
                "  reviewpackctl list \(tenant ?? "")".trimmingTrailingSpaces(),
            ]
        }
        return [
            "No review packs yet",
            tenant == nil
                ? "No pack was generated for a tenant that you may see."
                : "No pack was generated for this tenant.",
            "  reviewpackctl generate \(tenant ?? "TENANT") --wait",
        ]
    }
}

struct ShowCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show all about one review pack.",
        usage: "reviewpackctl show <pack>",
        discussion: """
            Example:
              reviewpackctl show 1a6f8b10 -o json
            """)

    @Argument(
        help: ArgumentHelp("The pack's id, or at least 6 digits of its beginning or end.", valueName: "pack"),
        completion: .packs())
    var pack: String

    @OptionGroup var common: CommonOptions

    var subject: String? { "pack \(pack)" }

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let (pack, actions) = try await client.pack(try await client.packID(pack))
            try session.print(
                .one(
                    OutputValue(pack), id: pack.id,
                    text: PackViews.detail(pack, actions: actions, accounts: session.context.accounts)))
        }
    }
}

struct CardCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "card",
        abstract: "Show a tenant's newest review pack and what you may do next.",
        usage: "reviewpackctl card <tenant>",
        discussion: """
            Example:
              reviewpackctl card $TENANT
            """)

    @Argument(help: ArgumentHelp("The tenant's Entra GUID.", valueName: "tenant"), completion: .tenants)
    var tenant: String

    @OptionGroup var common: CommonOptions

    var subject: String? { "tenant \(tenant)" }

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let card = try await client.card(tenant: try await client.tenantID(tenant))
            try session.print(CardView.rendering(card, now: session.context.now()))
        }
    }
}

struct WatchCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Follow a review pack until it is ready, failed or expired.",
        usage: "reviewpackctl watch <pack>",
        discussion: """
            One line for each change of status or phase; with -o jsonl one object for
            each message. Exits 1 when the pack failed.

            Example:
              reviewpackctl watch 1a6f8b10
            """)

    @Argument(
        help: ArgumentHelp("The pack's id, or at least 6 digits of its beginning or end.", valueName: "pack"),
        completion: .packs())
    var pack: String

    @OptionGroup var common: CommonOptions

    var subject: String? { "pack \(pack)" }

    func run(in session: Session) async throws {
        try await session.withClient { client in
            // A stream has no end that an array could wait for: `json` is one object a line, as `jsonl`.
            let format = session.format == .json ? OutputFormat.jsonl : session.format
            var view = WatchView(format: format)
            let id = try await client.packID(pack)
            let last = try await PackFollower(session: session).wait(for: id, client: client) { response in
                view.next(response)?.encoded(as: format, colour: session.terminal.coloursOutput)
            }
            try PackFollower.check(last)
        }
    }
}

struct ExpireCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "expire",
        abstract: "Delete a ready pack's file now; its record stays.",
        usage: "reviewpackctl expire <pack> [--yes]",
        discussion: """
            Example:
              reviewpackctl expire 1a6f8b10 --yes
            """)

    @Argument(
        help: ArgumentHelp("The pack's id, or at least 6 digits of its beginning or end.", valueName: "pack"),
        completion: .packs(.ready))
    var pack: String

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var common: CommonOptions

    var subject: String? { "pack \(pack)" }

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let id = try await client.packID(pack)
            if !yes {
                let found = try await client.pack(id).pack
                try await session.confirm(
                    "Delete the file of pack \(shortID(found.id).printable) of \(found.tenantName.printable)?",
                    yes: false)
            }
            let expired = try await client.expire(id)
            try session.print(
                .one(
                    OutputValue(expired), id: expired.id,
                    line: "\(expired.id.printable)  \(expired.status.word ?? "unknown")"))
        }
    }
}

struct TokenCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Issue a short-lived download token for a ready pack.",
        usage: "reviewpackctl token <pack>",
        discussion: """
            The token is a secret that works for you alone. It goes to standard output:
            save it with umask 077.

            Example:
              reviewpackctl token 1a6f8b10 > pack.token
              reviewpackctl download --token-file pack.token
            """)

    @Argument(
        help: ArgumentHelp("The pack's id, or at least 6 digits of its beginning or end.", valueName: "pack"),
        completion: .packs(.ready))
    var pack: String

    @OptionGroup var common: CommonOptions

    var subject: String? { "pack \(pack)" }

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let id = try await client.packID(pack)
            let token = try await client.issueDownloadToken(pack: id)
            try session.print(.one(OutputValue(token), id: id, line: token.token.printable))
        }
    }
}
