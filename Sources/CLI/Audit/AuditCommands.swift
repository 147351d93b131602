import ArgumentParser
import Bytes
import Domain
import ReviewPackAPI
import ReviewPackClient

struct AuditCommands: CommandFamily {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "The audit log: who did what, in a hash chain (administrators).",
        subcommands: [AuditListCommand.self, AuditVerifyCommand.self])
}

/// How an audited call ended.
enum AuditOutcomeArgument: String, CaseIterable, ExpressibleByArgument, Sendable {
    case ok, denied, failed
}

struct AuditListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "audit list",
        abstract: "List audit events, oldest first.",
        arguments: """
            [--user <name>] [--subject <text>] [--action <action>] [--outcome <outcome>] \
            [--tenant <guid>] [--pack <pack>] [--after <time>] [--before <time>] [--newest-first] \
            [--limit <n>]
            """,
        discussion: """
            With -o jsonl and -o id events are printed as they come, however many there
            are; a table is made only when all of them are there.

            Example:
              reviewpackctl audit list --outcome denied --after 2026-01-01 -o jsonl
            """)

    @Option(help: ArgumentHelp("Only calls of this local user, by name or uid.", valueName: "name"))
    var user: String?

    @Option(help: ArgumentHelp("Only calls that a service made for this person.", valueName: "text"))
    var subject: String?

    @Option(help: ArgumentHelp("Only this action, such as review_pack.expire.", valueName: "action"))
    var action: String?

    @Option(help: "Only calls that ended so.")
    var outcome: AuditOutcomeArgument?

    @Option(help: ArgumentHelp("Only what concerned this tenant.", valueName: "guid"), completion: .tenants)
    var tenant: String?

    @Option(help: ArgumentHelp("Only what concerned this pack.", valueName: "pack"), completion: .packs())
    var pack: String?

    @Option(help: ArgumentHelp("Only events at this time or later (RFC 3339, or a UTC date).", valueName: "time"))
    var after: TimeArgument?

    @Option(help: ArgumentHelp("Only events before this time.", valueName: "time"))
    var before: TimeArgument?

    @Flag(help: "Newest first.")
    var newestFirst = false

    @Option(help: .limit)
    var limit: Int?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        try ValidationError.requirePositive(limit: limit)
    }

    func run(in session: Session) async throws {
        let uid = try user.map { name throws(ClientError) in
            try PrincipalOptions.uid(of: name, session.context.accounts)
        }
        try await session.withClient { client in
            var request = Proto.ListAuditEventsRequest(
                uid: uid, onBehalfOf: subject, action: action, outcome: outcome?.rawValue, after: after?.time,
                before: before?.time, newestFirst: newestFirst)
            if let tenant { request.tenant = try await client.tenantID(tenant) }
            if let pack { request.pack = try await client.packID(pack) }
            var pages = client.auditEvents(request, limit: limit)
            switch session.format {
            case .jsonl, .id:
                while let page = try await pages.next() { try session.print(AuditViews.list(page)) }
            case .table, .json:
                var events: [Proto.AuditEvent] = []
                while let page = try await pages.next() { events += page }
                try session.print(
                    AuditViews.list(events),
                    whenEmpty: ["No audit events match", "Nothing passed the filters.", "  reviewpackctl audit list"])
            }
        }
    }
}

struct AuditVerifyCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "audit verify",
        abstract: "Check the whole hash chain of the audit log.",
        discussion: """
            Exits 65 and names each event that was changed, removed or moved. Keep the
            head hash elsewhere: it shows a log that was rewritten as a whole.

            Example:
              reviewpackctl audit verify -o json
            """)

    @OptionGroup var common: CommonOptions

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let response = try await client.verifyAuditLog()
            try session.print(AuditViews.verification(response))
            guard response.intact else {
                throw ClientError.fault(
                    Reason.auditBroken, "the audit log is not intact: \(AuditViews.faults(response, limit: 3))",
                    advice:
                        "leave the state directory as it is, and compare with the log in a backup from before the "
                        + "first fault")
            }
        }
    }
}

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
                        StyledText(event.packID.map { ValueText.shortID($0).printable } ?? "-"),
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
        time.map { StyledText(ValueText.time($0)) }
            ?? StyledText("damaged", .danger)
    }

    private static func outcome(_ word: String) -> StyledText {
        switch word {
        case "ok": StyledText("ok")
        case "denied", "failed": StyledText(word, .danger)
        default: StyledText(word.printable)
        }
    }
}
