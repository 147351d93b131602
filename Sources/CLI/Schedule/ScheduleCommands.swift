import ArgumentParser
import ReviewPackClient

struct ScheduleCommands: CommandFamily {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "What timers do day by day: scans and prune.",
        subcommands: [ScheduleListCommand.self])
}

struct ScheduleListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show when each scan, and prune, last ran and is due.",
        usage: "reviewpackctl schedule list [<tenant>]",
        discussion: """
            Whether a timer is enabled, the service manager knows:
            systemctl list-timers 'reviewpack-*'

            Example:
              reviewpackctl schedule list -o json
            """)

    @Argument(help: ArgumentHelp("The tenant's Entra GUID (default: all).", valueName: "tenant"), completion: .tenants)
    var tenant: String?

    @OptionGroup var common: CommonOptions

    func run(in session: Session) async throws {
        try await session.withClient { client in
            var id: String?
            if let tenant { id = try await client.tenantID(tenant) }
            try session.print(
                ScheduleViews.list(try await client.schedules(tenant: id)),
                whenEmpty: [
                    "No schedules yet", "There is no tenant that you are a member of.",
                    "  reviewpackctl tenant create WORKSPACE --external-id GUID --name NAME",
                ])
        }
    }
}
