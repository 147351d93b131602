import ReviewPackModel

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

/// Continues a listing by name after this item.
public struct NameCursor: Sendable, Equatable {
    public var name: String
    public var id: UUIDValue

    public init(name: String, id: UUIDValue) {
        self.name = name
        self.id = id
    }
}

/// Continues a listing of rows that stand in the order of their making: role bindings, alert rules.
public struct NumberCursor: Sendable, Equatable {
    public var number: Int64

    public init(number: Int64) { self.number = number }
}
