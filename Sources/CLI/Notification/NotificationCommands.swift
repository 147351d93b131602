import ArgumentParser
import ReviewPackAPI
import ReviewPackClient

struct NotificationCommands: CommandFamily {
    static let configuration = CommandConfiguration(
        commandName: "notification", abstract: "Notifications: what happened that concerns you.",
        subcommands: [NotificationListCommand.self, NotificationReadCommand.self])
}

struct NotificationListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "notification list",
        abstract: "List your notifications, newest first.",
        arguments: "[--unread] [--limit <n>]",
        discussion: """
            Example:
              reviewpackctl notification list --unread
            """)

    @Flag(help: "Only those that are not read yet.")
    var unread = false

    @Option(help: .limit)
    var limit: Int?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        try ValidationError.requirePositive(limit: limit)
    }

    func run(in session: Session) async throws {
        try await session.withClient { client in
            try session.print(
                NotificationViews.list(try await client.notifications(unreadOnly: unread, limit: limit)),
                whenEmpty: [
                    unread ? "No unread notifications" : "No notifications yet",
                    "You get one when a pack that you asked for is ready or failed.",
                    "  reviewpackctl alert-rule events",
                ])
        }
    }
}

struct NotificationReadCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "notification read",
        abstract: "Mark notifications as read.",
        arguments: "(<notification>... | --all)",
        discussion: """
            Example:
              reviewpackctl notification read --all
            """)

    @Argument(
        help: ArgumentHelp(
            "Ids of notifications, or at least 6 digits of their beginning or end.", valueName: "notification"),
        completion: .unreadNotifications)
    var notifications: [String] = []

    @Flag(help: "All of yours.")
    var all = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard all == notifications.isEmpty else { throw ValidationError("give notifications, or --all") }
    }

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let marked =
                all
                ? try await client.markAllNotificationsRead()
                : try await client.markNotificationsRead(try await client.notificationIDs(notifications))
            try session.print(NotificationViews.marked(marked))
        }
    }
}

extension ReviewPackClient {
    /// The whole ids of the notifications that the texts name; only the caller's own count.
    func notificationIDs(_ texts: [String]) async throws(ClientError) -> [String] {
        var references: [IDReference] = []
        for text in texts { references.append(try IDReference(text, of: "notification")) }
        var own: [Proto.Notification]?
        var ids: [String] = []
        for reference in references {
            switch reference {
            case .whole(let id): ids.append(id)
            case .part(let part):
                let known: [Proto.Notification]
                if let own { known = own } else { known = try await notifications() }
                own = known
                ids.append(
                    try Candidates.only(
                        known.filter { reference.matches($0.id) }.map { ($0.id, "\($0.id) (\($0.title))") },
                        part: part, thing: "notification", list: "reviewpackctl notification list"))
            }
        }
        return ids
    }
}

/// Notifications for people.
enum NotificationViews {
    static func list(_ notifications: [Proto.Notification]) -> Rendering {
        .list(
            notifications.map { OutputValue($0) }, ids: notifications.map(\.id),
            table: TextTable(
                columns: [.left("ID"), .left("CREATED"), .left("STATE"), .left("MESSAGE"), .left("OPEN WITH")],
                rows: notifications.map {
                    [
                        StyledText(ValueText.shortID($0.id).printable), StyledText(ValueText.time($0.createdAt)),
                        $0.readAt == nil ? StyledText("unread", .heading) : StyledText("read"),
                        StyledText($0.body.printable),
                        StyledText($0.action?.printable ?? "-"),
                    ]
                }))
    }

    static func marked(_ count: Int64) -> Rendering {
        Rendering(
            text: { _ in "\(count) notifications marked as read\n" },
            value: OutputValue(Proto.MarkNotificationsReadResponse(marked: count)), ids: [])
    }
}
