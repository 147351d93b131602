public import Bytes

/// What an audit event is about; the raw value is stored and printed.
public enum AuditAction: String, CaseIterable, Sendable {
    case createWorkspace = "workspace.create"
    case deleteWorkspace = "workspace.delete"
    case createTenant = "tenant.create"
    case renameTenant = "tenant.rename"
    case deleteTenant = "tenant.delete"
    case grantRole = "binding.grant"
    case revokeRole = "binding.revoke"
    case importFindings = "findings.import"
    case importReport = "report.import"
    case importOperations = "operations.import"
    case putHardening = "hardening.put"
    case recordScan = "scan.record"
    case requestPack = "review_pack.request"
    case completePack = "review_pack.complete"
    case failPack = "review_pack.fail"
    case cancelPack = "review_pack.cancel"
    case expirePack = "review_pack.expire"
    case deletePack = "review_pack.delete"
    case issueToken = "review_pack.token"
    case downloadPack = "review_pack.download"
    case prune = "system.prune"
    case backup = "system.backup"
    case check = "system.check"
    /// A new version's change of what is stored.
    case migrate = "system.migrate"
    case createAlertRule = "alert_rule.create"
    case deleteAlertRule = "alert_rule.delete"
    case readNotifications = "notification.read"
    case denial = "request.denied"
}

public enum AuditOutcome: UInt8, CaseIterable, Sendable {
    case ok = 1
    case denied = 2
    case failed = 3

    public var word: String {
        switch self {
        case .ok: "ok"
        case .denied: "denied"
        case .failed: "failed"
        }
    }

    public init?(word: some StringProtocol) {
        guard let match = AuditOutcome.allCases.first(where: { $0.word == word }) else { return nil }
        self = match
    }
}

/// What happened, before it is chained: the ids alone, never names, paths or tokens.
public struct AuditEntry: Sendable, Equatable {
    public var action: AuditAction
    public var outcome: AuditOutcome
    /// The stable reason of a denial or failure.
    public var reason: String?
    public var workspaceID: WorkspaceID?
    public var tenantID: TenantID?
    public var packID: PackID?
    /// How many alike events this one stands for.
    public var count: Int64
    /// Further facts, by lower_snake_case key; stored as a JSON object with sorted keys.
    public var details: [String: String]

    public init(
        _ action: AuditAction, outcome: AuditOutcome = .ok, reason: String? = nil, workspaceID: WorkspaceID? = nil,
        tenantID: TenantID? = nil, packID: PackID? = nil, count: Int64 = 1, details: [String: String] = [:]
    ) {
        self.action = action
        self.outcome = outcome
        self.reason = reason
        self.workspaceID = workspaceID
        self.tenantID = tenantID
        self.packID = packID
        self.count = count
        self.details = details
    }
}

/// One event of the audit log as it is stored and chained.
public struct AuditEvent: Sendable, Equatable {
    /// From 1, without gaps.
    public var seq: Int64
    public var at: UnixMillis
    public var actor: Actor
    public var method: String
    /// The word of an `AuditAction`; kept as text, so that a log of a newer version still reads.
    public var action: String
    public var outcome: AuditOutcome
    public var reason: String?
    public var workspaceID: WorkspaceID?
    public var tenantID: TenantID?
    public var packID: PackID?
    public var count: Int64
    /// A JSON object as text.
    public var details: String
    public var previousHash: Digest256
    public var hash: Digest256

    public init(
        seq: Int64, at: UnixMillis, actor: Actor, method: String, action: String, outcome: AuditOutcome,
        reason: String?, workspaceID: WorkspaceID?, tenantID: TenantID?, packID: PackID?, count: Int64, details: String,
        previousHash: Digest256, hash: Digest256
    ) {
        self.seq = seq
        self.at = at
        self.actor = actor
        self.method = method
        self.action = action
        self.outcome = outcome
        self.reason = reason
        self.workspaceID = workspaceID
        self.tenantID = tenantID
        self.packID = packID
        self.count = count
        self.details = details
        self.previousHash = previousHash
        self.hash = hash
    }
}

/// Which events are wanted; every condition that is set must hold.
public struct AuditFilter: Sendable, Equatable {
    public var actorUID: UInt32?
    public var onBehalfOf: ExactText?
    public var action: String?
    public var method: String?
    public var outcome: AuditOutcome?
    public var workspaceID: WorkspaceID?
    public var tenantID: TenantID?
    public var packID: PackID?
    public var from: UnixMillis?
    public var until: UnixMillis?

    public init() {}
}

/// The outcome of checking the whole chain.
public struct AuditVerification: Sendable, Equatable {
    /// The kinds of damage that the chain shows.
    public enum Problem: String, Sendable {
        /// The event's stored hash is not the hash of its contents.
        case changed
        /// A number is missing.
        case removed
        /// The event does not continue the one before it.
        case reordered
        /// Events at the end are missing: the head names a later one.
        case truncated
        /// The head row is missing or names another hash.
        case headChanged = "head_changed"
    }

    public struct Fault: Sendable, Equatable {
        public var problem: Problem
        /// The number of the event that is wrong or missing.
        public var seq: Int64

        public init(_ problem: Problem, seq: Int64) {
            self.problem = problem
            self.seq = seq
        }
    }

    /// How many events were read.
    public var events: Int64
    /// Empty when the chain is whole; else the first faults in order of their numbers, at most 100.
    public var faults: [Fault]
    /// The hash of the newest event: what an operator notes down elsewhere to notice a log that was rewritten whole.
    public var headHash: Digest256

    public init(events: Int64, faults: [Fault], headHash: Digest256) {
        self.events = events
        self.faults = faults
        self.headHash = headHash
    }

    public var isIntact: Bool { faults.isEmpty }
}

/// A refused request, before coalescing.
public struct Denial: Sendable, Equatable {
    public var actor: Actor
    public var method: String
    public var reason: String
    public var workspaceID: WorkspaceID?
    public var tenantID: TenantID?
    public var packID: PackID?

    public init(
        actor: Actor, method: String, reason: String, workspaceID: WorkspaceID? = nil, tenantID: TenantID? = nil,
        packID: PackID? = nil
    ) {
        self.actor = actor
        self.method = method
        self.reason = reason
        self.workspaceID = workspaceID
        self.tenantID = tenantID
        self.packID = packID
    }
}
