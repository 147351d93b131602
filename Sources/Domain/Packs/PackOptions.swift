/// What the requester of a pack chose; part of the fingerprint.
public struct PackOptions: Hashable, Sendable {
    /// Display names, principal names and e-mail addresses stay when true and become `[REDACTED]` when false.
    public var includePII: Bool
    /// The tenant's operation runs are listed when true; else operations.csv holds its header line alone.
    public var includeOperations: Bool

    public init(includePII: Bool = true, includeOperations: Bool = true) {
        self.includePII = includePII
        self.includeOperations = includeOperations
    }
}
