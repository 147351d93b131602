public import ReviewPackAPI

/// NotificationService: the caller's messages, and the rules that send them to more receivers than the initiator.
extension ReviewPackClient {
    /// How many ids one request may mark.
    static let maximumMarkedIDs = 100

    /// The caller's notifications, newest first, up to `limit`.
    public func notifications(
        unreadOnly: Bool = false, limit: Int? = nil
    ) async throws(ClientError) -> [Proto.Notification] {
        try await all(
            Methods.notificationServiceListNotifications, Proto.ListNotificationsRequest(unreadOnly: unreadOnly),
            limit: limit)
    }

    /// Marks these as read; ids that are not the caller's are passed over. Returns how many were unread before.
    public func markNotificationsRead(_ ids: [String]) async throws(ClientError) -> Int64 {
        var marked: Int64 = 0
        var rest = ids[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(Self.maximumMarkedIDs))
            rest = rest.dropFirst(batch.count)
            marked += try await call(
                Methods.notificationServiceMarkNotificationsRead, Proto.MarkNotificationsReadRequest(ids: batch)
            ).marked
        }
        return marked
    }

    /// Marks all of the caller's as read; returns how many were unread before.
    public func markAllNotificationsRead() async throws(ClientError) -> Int64 {
        try await call(
            Methods.notificationServiceMarkNotificationsRead, Proto.MarkNotificationsReadRequest(all: true)
        ).marked
    }

    /// The events that a new rule may choose.
    public func alertEvents() async throws(ClientError) -> [Proto.AlertEvent] {
        try await call(Methods.notificationServiceListAlertEvents, Proto.ListAlertEventsRequest()).events
    }

    /// Makes a rule, or returns the one that there is for the same event, target and receiver.
    public func createAlertRule(
        event: String, in target: Proto.BindingTarget.Kind, receiver: Proto.Principal.Kind
    ) async throws(ClientError) -> Proto.AlertRule {
        try await call(
            Methods.notificationServiceCreateAlertRule,
            Proto.CreateAlertRuleRequest(
                event: event, target: Proto.BindingTarget(kind: target), receiver: Proto.Principal(kind: receiver))
        ).rule.required("rule")
    }

    /// The rules of a workspace itself (without those of its tenants), or of a tenant, up to `limit`.
    public func alertRules(
        in target: Proto.BindingTarget.Kind, limit: Int? = nil
    ) async throws(ClientError) -> [Proto.AlertRule] {
        try await all(
            Methods.notificationServiceListAlertRules,
            Proto.ListAlertRulesRequest(target: Proto.BindingTarget(kind: target)), limit: limit)
    }

    public func deleteAlertRule(_ id: String) async throws(ClientError) {
        _ = try await call(Methods.notificationServiceDeleteAlertRule, Proto.DeleteAlertRuleRequest(id: id))
    }
}
