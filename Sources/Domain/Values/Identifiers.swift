/// Identifiers of our own rows are UUIDv7: unique without coordination and sorted by creation.
public typealias WorkspaceID = UUIDValue
public typealias TenantID = UUIDValue
public typealias PackID = UUIDValue
public typealias OperationRunID = UUIDValue

/// The Entra tenant GUID by which people and scanners know a tenant; kept and printed in lower case.
public struct TenantExternalID: Hashable, Sendable, CustomStringConvertible {
    public let value: UUIDValue

    public init(_ value: UUIDValue) { self.value = value }

    /// Nil unless `text` is a GUID in its 36-character form.
    public init?(_ text: some StringProtocol) {
        guard let value = UUIDValue(text) else { return nil }
        self.value = value
    }

    public var description: String { value.description }
}

/// A SHA-256 value: exactly 32 bytes, printed as 64 lower-case hexadecimal digits.
public struct Digest256: Hashable, Sendable, CustomStringConvertible {
    public let bytes: [UInt8]

    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        self.bytes = Array(bytes)
    }

    public init?(hex: some StringProtocol) {
        guard let bytes = Hex.decode(hex), bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    public var description: String { Hex.encode(bytes) }
}
