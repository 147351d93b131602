/// The events that an alert rule turns into notifications.
public enum AlertEvent: String, CaseIterable, Sendable {
    case packReady = "review_pack.ready"
    case packFailed = "review_pack.failed"
    case packExpiring = "review_pack.expiring"
    case scanFailed = "scan.failed"
    case scanStale = "scan.stale"
    /// Legacy: stored rules that carry it load, list and can be deleted, but it is never offered and never chosen anew.
    case slaDue = "sla_due"

    /// The events that a new rule may choose.
    public static let offered: [AlertEvent] = allCases.filter { $0 != .slaDue }

    /// Whether it is about a tenant's scans, which every member sees, and not about a pack.
    public var isOfScans: Bool {
        switch self {
        case .scanFailed, .scanStale: true
        case .packReady, .packFailed, .packExpiring, .slaDue: false
        }
    }
}

/// A message for one principal.
public struct NotificationRecord: Sendable, Equatable {
    public var id: NotificationID
    public var recipient: Principal
    public var kind: AlertEvent
    public var title: String
    public var body: String
    public var workspaceID: WorkspaceID?
    public var tenantID: TenantID?
    public var packID: PackID?
    /// The command that opens what the message is about.
    public var action: String?
    public var createdAt: UnixMillis
    public var readAt: UnixMillis?

    public init(
        id: NotificationID, recipient: Principal, kind: AlertEvent, title: String, body: String,
        workspaceID: WorkspaceID?, tenantID: TenantID?, packID: PackID?, action: String?, createdAt: UnixMillis,
        readAt: UnixMillis?
    ) {
        self.id = id
        self.recipient = recipient
        self.kind = kind
        self.title = title
        self.body = body
        self.workspaceID = workspaceID
        self.tenantID = tenantID
        self.packID = packID
        self.action = action
        self.createdAt = createdAt
        self.readAt = readAt
    }
}

/// Turns an event of a workspace or of one tenant into notifications for a receiver.
public struct AlertRuleRecord: Sendable, Equatable {
    public var id: AlertRuleID
    /// `workspace` covers all its tenants; never `system`.
    public var scope: AccessScope
    public var event: AlertEvent
    public var receiver: Principal
    public var createdAt: UnixMillis
    public var createdBy: Actor

    public init(
        id: AlertRuleID, scope: AccessScope, event: AlertEvent, receiver: Principal, createdAt: UnixMillis,
        createdBy: Actor
    ) {
        self.id = id
        self.scope = scope
        self.event = event
        self.receiver = receiver
        self.createdAt = createdAt
        self.createdBy = createdBy
    }
}

/// An event that happened to a tenant, with the words of its notification.
public struct Alert: Sendable, Equatable {
    public var event: AlertEvent
    public var workspaceID: WorkspaceID
    public var tenantID: TenantID
    public var packID: PackID?
    public var title: String
    public var body: String
    public var action: String?

    public init(
        event: AlertEvent, workspaceID: WorkspaceID, tenantID: TenantID, packID: PackID? = nil, title: String,
        body: String, action: String? = nil
    ) {
        self.event = event
        self.workspaceID = workspaceID
        self.tenantID = tenantID
        self.packID = packID
        self.title = title
        self.body = body
        self.action = action
    }

    /// The receivers among `rules` that this event concerns, each once.
    public func receivers(of rules: some Sequence<AlertRuleRecord>) -> Set<Principal> {
        var receivers: Set<Principal> = []
        for rule in rules where rule.event == event {
            switch rule.scope {
            case .tenant(let id) where id == tenantID: receivers.insert(rule.receiver)
            case .workspace(let id) where id == workspaceID: receivers.insert(rule.receiver)
            default: break
            }
        }
        return receivers
    }
}
