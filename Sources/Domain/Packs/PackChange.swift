/// A committed change of a pack, for those who watch it.
public struct PackChange: Sendable, Equatable {
    public var packID: PackID
    public var tenantID: TenantID
    public var status: PackStatus

    public init(packID: PackID, tenantID: TenantID, status: PackStatus) {
        self.packID = packID
        self.tenantID = tenantID
        self.status = status
    }
}
