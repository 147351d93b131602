import ArgumentParser
import Domain
import ReviewPackAPI
import ReviewPackClient

struct PackListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "list",
        abstract: "List review packs, of one tenant or of all that you may see.",
        arguments: """
            [<tenant>] [--status <status,...>] [--generated-after <time>] \
            [--generated-before <time>] [--search <text>] [--sort <order>] [--limit <n>]
            """,
        discussion: """
            Example:
              reviewpackctl list --status ready,expired --generated-after 2026-01-01
            """)

    @Argument(help: .tenant, completion: .tenants)
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

    @Option(parsing: .unconditional, help: .limit)
    var limit: Int?

    @OptionGroup var common: CommonOptions

    var subject: String? { tenant.map { "tenant \($0)" } }

    func validate() throws {
        try ValidationError.requirePositive(limit: limit)
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

/// The order of a list of packs.
enum PackSortArgument: String, CaseIterable, ExpressibleByArgument, Sendable {
    case generatedAt = "generated_at"
    case status

    var wire: Proto.PackSort {
        switch self {
        case .generatedAt: .generatedAt
        case .status: .status
        }
    }
}
