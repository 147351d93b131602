import Domain
import ReviewPackAPI
import Storage

/// `NotificationService`: messages for the caller, and the alert rules that make more of them.
enum NotificationHandlers {
    static func list(
        _ request: Proto.ListNotificationsRequest, _ context: CallContext
    ) async throws -> Proto.ListNotificationsResponse {
        let result = try await context.store.listNotifications(
            for: context.caller.principals, inSight: context.access.notifications, unreadOnly: request.unreadOnly,
            page: PageRequest(request))
        var response = Proto.ListNotificationsResponse()
        response.notifications = result.items.map { Proto.Notification($0) }
        response.nextPageToken = result.nextToken(of: request)
        return response
    }

    static func markRead(
        _ request: Proto.MarkNotificationsReadRequest, _ context: CallContext
    ) async throws -> Proto.MarkNotificationsReadResponse {
        guard request.all != !request.ids.isEmpty else {
            throw ProductError.invalid("ids", "must be given, or all must be set, but not both")
        }
        guard request.ids.count <= 100 else { throw ProductError.invalid("ids", "must be at most 100") }
        let ids = try request.ids.map { text throws(ProductError) in
            guard let id = NotificationID(text) else { throw .invalid("ids", "must be UUIDs") }
            return id
        }
        var response = Proto.MarkNotificationsReadResponse()
        response.marked = Int64(
            try await context.store.markRead(
                request.all ? nil : ids, for: context.caller.principals, inSight: context.access.notifications,
                stamp: context.stamp()))
        return response
    }

    static func events(
        _ request: Proto.ListAlertEventsRequest, _ context: CallContext
    ) async throws -> Proto.ListAlertEventsResponse {
        var response = Proto.ListAlertEventsResponse()
        response.events = AlertEvent.offered.map { event in
            var message = Proto.AlertEvent()
            message.event = event.rawValue
            message.description = event.explanation
            return message
        }
        return response
    }

    static func createRule(
        _ request: Proto.CreateAlertRuleRequest, _ context: CallContext
    ) async throws -> Proto.CreateAlertRuleResponse {
        let scope = try await scope(request.target, context)
        guard let event = AlertEvent.offered.first(where: { $0.rawValue == request.event }) else {
            let words = AlertEvent.offered.map(\.rawValue).joined(separator: ", ")
            throw ProductError.invalid("event", "must be one of \(words)")
        }
        let rule = try await context.store.createAlertRule(
            event, scope: scope, receiver: Principal(request.receiver), stamp: context.stamp())
        var response = Proto.CreateAlertRuleResponse()
        response.rule = Proto.AlertRule(rule, target: request.target)
        return response
    }

    static func listRules(
        _ request: Proto.ListAlertRulesRequest, _ context: CallContext
    ) async throws -> Proto.ListAlertRulesResponse {
        let scope = try await scope(request.target, context)
        let result = try await context.store.listAlertRules(
            of: scope, page: PageRequest(request))
        var response = Proto.ListAlertRulesResponse()
        response.rules = result.items.map { Proto.AlertRule($0, target: request.target) }
        response.nextPageToken = result.nextToken(of: request)
        return response
    }

    static func deleteRule(
        _ request: Proto.DeleteAlertRuleRequest, _ context: CallContext
    ) async throws -> Proto.DeleteAlertRuleResponse {
        guard let id = AlertRuleID(request.id) else {
            throw ProductError.invalid("id", "must be an alert rule's id, a UUID")
        }
        try await context.store.deleteAlertRule(context.alertRule(id).id, stamp: context.stamp())
        return Proto.DeleteAlertRuleResponse()
    }

    /// A workspace or tenant whose members the caller manages: alert rules follow the same right.
    private static func scope(_ target: Proto.BindingTarget?, _ context: CallContext) async throws -> AccessScope {
        let scope = try await RoleBindingHandlers.authorisedScope(target, context)
        guard scope != .system else { throw ProductError.invalid("target", "must name a workspace or a tenant") }
        return scope
    }
}

extension AlertEvent {
    /// What happened, for those who choose an event.
    var explanation: String {
        switch self {
        case .packReady: "a review pack became ready"
        case .packFailed: "the generation of a review pack failed"
        case .packExpiring: "a ready review pack expires soon"
        case .scanFailed: "a scan ended without results"
        case .scanStale: "the newest results of a scan are older than the limit"
        case .slaDue: "legacy; never sent"
        }
    }
}

extension Proto.Notification {
    init(_ record: NotificationRecord) {
        self.init()
        id = record.id.description
        kind = record.kind.rawValue
        title = record.title
        body = record.body
        pack = record.packID?.description
        action = record.action
        createdAt = record.createdAt
        readAt = record.readAt
    }
}

extension Proto.AlertRule {
    init(_ record: AlertRuleRecord, target: Proto.BindingTarget?) {
        self.init()
        id = record.id.description
        event = record.event.rawValue
        self.target = target
        receiver = Proto.Principal(record.receiver)
        createdAt = record.createdAt
        createdBy = record.createdBy.initiator
    }
}
