import Domain
import ReviewPackAPI

/// Notifications for people.
enum NotificationViews {
    static func list(_ notifications: [Proto.Notification]) -> Rendering {
        .list(
            notifications.map { OutputValue($0) }, ids: notifications.map(\.id),
            table: TextTable(
                columns: [.left("ID"), .left("CREATED"), .left("STATE"), .left("MESSAGE"), .left("OPEN WITH")],
                rows: notifications.map {
                    [
                        StyledText(shortID($0.id).printable), StyledText(PackViews.time($0.createdAt)),
                        $0.readAt == nil ? .heading("unread") : StyledText("read"), StyledText($0.body.printable),
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

/// Alert rules for people.
enum AlertRuleViews {
    static func events(_ events: [Proto.AlertEvent]) -> Rendering {
        .list(
            events.map { OutputValue($0) }, ids: events.map(\.event),
            table: TextTable(
                columns: [.left("EVENT"), .left("WHEN")],
                rows: events.map { [StyledText($0.event.printable), StyledText($0.description.printable)] }))
    }

    static func list(_ rules: [Proto.AlertRule], accounts: AccountDatabase) -> Rendering {
        .list(
            rules.map { OutputValue($0) }, ids: rules.map(\.id),
            table: TextTable(
                columns: [
                    .left("ID"), .left("EVENT"), .left("OF"), .left("NOTIFIES"), .left("CREATED"), .left("BY"),
                ],
                rows: rules.map {
                    [
                        // Rules cannot be found by a part of their id, so the whole one is shown.
                        StyledText($0.id.printable), StyledText($0.event.printable),
                        StyledText(DirectoryViews.target($0.target).printable),
                        StyledText(DirectoryViews.principal($0.receiver, accounts: accounts).printable),
                        StyledText(PackViews.time($0.createdAt)), StyledText($0.createdBy.printable),
                    ]
                }))
    }

    static func created(_ rule: Proto.AlertRule, accounts: AccountDatabase) -> Rendering {
        let receiver = DirectoryViews.principal(rule.receiver, accounts: accounts)
        let sentence = "\(rule.event) of \(DirectoryViews.target(rule.target)) notifies \(receiver)"
        return .one(
            OutputValue(rule), id: rule.id, line: "Alert rule \(rule.id.printable): \(sentence.printable)")
    }
}
