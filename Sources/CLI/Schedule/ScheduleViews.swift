import Domain
import ReviewPackAPI

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
                        StyledText(cadence(schedule.cadenceSeconds)), StyledText(PackViews.time(schedule.lastRunAt)),
                        outcome(schedule),
                        StyledText(PackViews.time(schedule.lastSuccessAt)),
                        StyledText(PackViews.time(schedule.nextRunAt)),
                        schedule.stale
                            ? StyledText("stale", parameter: Badge.warning.terminalColour) : StyledText("on time"),
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
        let badge: Badge = word == OperationOutcome.succeeded.word ? .success : .danger
        return StyledText(word.printable + reason, parameter: badge.terminalColour)
    }
}
