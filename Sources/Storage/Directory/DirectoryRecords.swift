import Domain

public struct WorkspaceRecord: Sendable, Equatable {
    public var id: WorkspaceID
    public var name: String
    public var createdAt: UnixMillis
}

public struct TenantRecord: Sendable, Equatable {
    public var id: TenantID
    public var externalID: TenantExternalID
    public var name: String
    public var workspaceID: WorkspaceID
    public var workspaceName: String
    public var createdAt: UnixMillis
    public var updatedAt: UnixMillis
}

/// What is stored of a tenant, for `tenant show`.
public struct TenantOverview: Sendable, Equatable {
    public var tenant: TenantRecord
    public var sources: [SourceFreshness]
    /// Findings by status and, within it, by severity in the order of `Severity.allCases`.
    public var open: [Int64]
    public var acknowledged: [Int64]
    public var resolved: [Int64]
    public var newestPack: PackRecord?
}
