import ReviewPackModel

/// An operation run with the tenant that it belongs to; system runs (prune) have none.
public struct OperationRunRecord: Sendable, Equatable {
    public var run: OperationRecord
    public var tenantID: TenantID?
    public var workspaceID: WorkspaceID?
    public var tenantExternalID: TenantExternalID?
    /// The pack whose generation the run tracks.
    public var packID: PackID?
}

public struct OperationFilter: Sendable, Equatable {
    public var tenantID: TenantID?
    public var type: OperationType?
    public var status: OperationStatus?
    public var outcome: OperationOutcome?
    public var startedFrom: UnixMillis?

    public init(tenantID: TenantID? = nil) { self.tenantID = tenantID }
}

/// Continues a listing of operation runs (newest start first) after this run.
public struct OperationCursor: Sendable, Equatable {
    public var startedAt: UnixMillis
    public var number: Int64

    public init(startedAt: UnixMillis, number: Int64) {
        self.startedAt = startedAt
        self.number = number
    }
}
