import Domain

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
