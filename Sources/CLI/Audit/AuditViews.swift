import Bytes
import Domain
import ReviewPackAPI

/// The audit log for people.
enum AuditViews {
    static func list(_ events: [Proto.AuditEvent]) -> Rendering {
        .list(
            events.map { OutputValue($0) }, ids: events.map { "\($0.seq)" },
            table: TextTable(
                columns: [
                    .right("SEQ"), .left("AT"), .left("ACTOR"), .left("FOR"), .left("ACTION"), .left("OUTCOME"),
                    .left("REASON"), .right("COUNT"), .left("PACK"),
                ],
                rows: events.map { event in
                    [
                        StyledText("\(event.seq)"), time(event.at),
                        StyledText(event.actor.printable), StyledText(event.onBehalfOf?.printable ?? "-"),
                        StyledText(event.action.printable), outcome(event.outcome),
                        StyledText(event.reason?.printable ?? "-"), StyledText("\(event.count)"),
                        StyledText(event.packID.map { shortID($0).printable } ?? "-"),
                    ]
                }))
    }

    static func verification(_ response: Proto.VerifyAuditLogResponse) -> Rendering {
        var section = SectionedText.Section(title: "Audit log")
        section.add("Intact", response.intact ? "yes" : "no")
        section.add("Events", "\(response.events)")
        section.add("Head hash", Hex.encode(response.headHash))
        for fault in response.faults { section.add("Fault", words(fault)) }
        return .one(
            OutputValue(response), id: Hex.encode(response.headHash), text: SectionedText(sections: [section]))
    }

    /// The first faults in one line.
    static func faults(_ response: Proto.VerifyAuditLogResponse, limit: Int) -> String {
        let named = response.faults.prefix(limit).map(words).joined(separator: ", ")
        return response.faults.count > limit ? "\(named), and \(response.faults.count - limit) more" : named
    }

    private static func words(_ fault: Proto.AuditFault) -> String {
        switch fault.problem {
        case "changed": "event \(fault.seq) was changed"
        case "removed": "event \(fault.seq) is missing"
        case "reordered": "event \(fault.seq) does not continue the one before it"
        case "truncated": "the events from \(fault.seq) on are missing"
        case "head_changed": "the record of the newest event does not name event \(fault.seq)"
        default: "event \(fault.seq): \(fault.problem.printable)"
        }
    }

    /// An event always has a time; one that has none now was changed.
    private static func time(_ time: UnixMillis?) -> StyledText {
        time.map { StyledText(PackViews.time($0)) }
            ?? StyledText("damaged", parameter: Badge.danger.terminalColour)
    }

    private static func outcome(_ word: String) -> StyledText {
        switch word {
        case "ok": StyledText("ok")
        case "denied", "failed": StyledText(word, parameter: Badge.danger.terminalColour)
        default: StyledText(word.printable)
        }
    }
}
