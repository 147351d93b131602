import ArgumentParser
import Domain
import ReviewPackAPI
import ReviewPackClient

struct ScheduleCommands: CommandFamily {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "What timers do day by day: scans and prune.",
        subcommands: [ScheduleListCommand.self])
}

struct ScheduleListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "schedule list",
        abstract: "Show when each scan, and prune, last ran and is due.",
        arguments: "[<tenant>]",
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

/// Schedules for people.
enum ScheduleViews {
    static func list(_ schedules: [Proto.Schedule]) -> Rendering {
        .list(
            schedules.map { OutputValue($0) },
            ids: schedules.map { [$0.tenantExternalID, $0.name].compactMap { $0 }.joined(separator: " ") },
            table: TextTable(
                columns: [
                    .left("SCHEDULE"), .left("TENANT"), .left("EVERY"), .left("LAST RUN"), .left("OUTCOME"),
                    .left("LAST SUCCESS"), .left("NEXT RUN"), .left("STATE"),
                ],
                rows: schedules.map { schedule in
                    [
                        StyledText(schedule.name.printable), StyledText(schedule.tenantName?.printable ?? "-"),
                        StyledText(cadence(schedule.cadenceSeconds)), StyledText(ValueText.time(schedule.lastRunAt)),
                        outcome(schedule),
                        StyledText(ValueText.time(schedule.lastSuccessAt)),
                        StyledText(ValueText.time(schedule.nextRunAt)),
                        schedule.stale
                            ? StyledText("stale", .warning) : StyledText("on time"),
                    ]
                }))
    }

    /// `24 h`; minutes or seconds where hours do not fit.
    private static func cadence(_ seconds: Int64) -> String {
        if seconds % 3600 == 0 { return "\(seconds / 3600) h" }
        return seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds) s"
    }

    private static func outcome(_ schedule: Proto.Schedule) -> StyledText {
        guard let word = schedule.lastOutcome else { return StyledText("-") }
        let reason = schedule.reasonCode.map { " (\($0.printable))" } ?? ""
        let tone: Tone = word == OperationOutcome.succeeded.word ? .success : .danger
        return StyledText(word.printable + reason, tone)
    }
}
