import ArgumentParser
import ReviewPackAPI
import ReviewPackClient

struct PruneCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "prune",
        abstract: "Expire packs past their time, and remove what is past its history.",
        arguments: "[--hard-delete|--no-hard-delete] [--dry-run] [--force]",
        discussion: """
            Exits 75 while another prune runs. With --dry-run standard output is the
            plan, pack by pack, and what it comes to stands on standard error.

            Example:
              reviewpackctl prune --hard-delete --dry-run
            """)

    @Flag(
        inversion: .prefixedNo,
        help: "Also remove records expired longer ago than the grace period (default: as configured).")
    var hardDelete: Bool?

    @Flag(help: "Only show what would be done.")
    var dryRun = false

    @Flag(help: "Remove records although the clock is far past the last prune.")
    var force = false

    @OptionGroup var common: CommonOptions

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let response = try await client.prune(
                Proto.PruneRequest(hardDelete: hardDelete, dryRun: dryRun, force: force))
            if let warning = response.warning { try session.note("warning: \(warning.printable)") }
            if dryRun {
                try session.print(
                    PruneViews.plan(response),
                    whenEmpty: ["Nothing to prune", "No pack is past its time or its grace period."])
                try session.note("dry run, nothing was changed; a prune would give: \(PruneViews.line(response))")
                if let history = PruneViews.history(response) {
                    try session.note("and remove what is past its history: \(history)")
                }
            } else {
                try session.print(PruneViews.done(response))
            }
        }
    }
}

/// What a prune did, or would do, for people.
enum PruneViews {
    /// The one line of a prune; it counts packs alone, JSON has the history too.
    static func line(_ response: Proto.PruneResponse) -> String {
        "\(response.expired) packs expired, \(response.deleted) packs hard-deleted"
    }

    /// What goes that is no pack of the plan; nil when that is nothing.
    static func history(_ response: Proto.PruneResponse) -> String? {
        let counts = [
            (response.operationRunsRemoved, "operation runs"), (response.notificationsRemoved, "notifications"),
            (response.reportsRemoved, "reports"), (response.failedPacksRemoved, "failed packs"),
            (response.findingsRemoved, "findings"),
        ].filter { $0.0 > 0 }
        return counts.isEmpty ? nil : counts.map { "\($0) \($1)" }.joined(separator: ", ")
    }

    static func done(_ response: Proto.PruneResponse) -> Rendering {
        let line = line(response)
        // No ids: what was done concerns packs that may have no record any more.
        return Rendering(text: { _ in line + "\n" }, value: OutputValue(response), ids: [])
    }

    static func plan(_ response: Proto.PruneResponse) -> Rendering {
        let table = TextTable(
            columns: [.left("ID"), .left("ACTION"), .left("TENANT"), .left("SINCE")],
            rows: response.plan.map { pack in
                [
                    StyledText(ValueText.shortID(pack.id).printable), StyledText(pack.action.printable),
                    StyledText(pack.tenantExternalID.printable), StyledText(ValueText.time(pack.since)),
                ]
            })
        return Rendering(
            text: { table.rendered(colour: $0) }, value: OutputValue(response), ids: response.plan.map(\.id))
    }
}
