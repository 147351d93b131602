/// What an identifier identifies. The kinds have no values; they keep the compiler from taking one for another.
public enum IDTag {
    public enum Workspace {}
    public enum Tenant {}
    /// A tenant of Entra, as people and scanners know it.
    public enum EntraTenant {}
    public enum Pack {}
    public enum OperationRun {}
    public enum AlertRule {}
    public enum Notification {}
    /// A request that its caller may repeat.
    public enum Request {}
}

/// An identifier of one kind: a UUID that is no identifier of another kind.
///
/// Bytes, text and order are those of the UUID. Kinds do not convert into each other: an identifier comes from bytes or
/// text that crossed a border of the program, or is made anew.
public struct ID<Tag>: Hashable, Comparable, Sendable {
    public let value: UUIDValue

    public init(_ value: UUIDValue) { self.value = value }

    public init(high: UInt64, low: UInt64) { value = UUIDValue(high: high, low: low) }

    /// Reads the 36-character form in either case.
    public init?(_ text: some StringProtocol) {
        guard let value = UUIDValue(text) else { return nil }
        self.value = value
    }

    /// Reads the 16 bytes of the binary form.
    public init?(bytes: some Collection<UInt8>) {
        guard let value = UUIDValue(bytes: bytes) else { return nil }
        self.value = value
    }

    /// The 16 bytes of the binary form; their order is the order of the identifiers.
    public var bytes: [UInt8] { value.bytes }

    public static func < (a: ID, b: ID) -> Bool { a.value < b.value }
}

extension ID: CustomStringConvertible {
    /// The 36-character lower-case form.
    public var description: String { value.description }
}

// Identifiers of our own rows are UUIDv7: unique without coordination and sorted by creation.
public typealias WorkspaceID = ID<IDTag.Workspace>
public typealias TenantID = ID<IDTag.Tenant>
public typealias PackID = ID<IDTag.Pack>
public typealias OperationRunID = ID<IDTag.OperationRun>
public typealias AlertRuleID = ID<IDTag.AlertRule>
public typealias NotificationID = ID<IDTag.Notification>
/// A retry key, which the caller makes.
public typealias RequestID = ID<IDTag.Request>
/// The Entra tenant GUID by which people and scanners know a tenant; kept and printed in lower case.
public typealias TenantExternalID = ID<IDTag.EntraTenant>
