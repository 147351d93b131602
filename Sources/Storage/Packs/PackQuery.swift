import Bytes
import Domain

/// Which packs are wanted; every condition that is set must hold. Statuses are those that callers see.
public struct PackFilter: Sendable, Equatable {
    public var tenantID: TenantID?
    /// Empty means any.
    public var statuses: Set<PackStatus> = []
    /// At or after.
    public var generatedAfter: UnixMillis?
    /// Before.
    public var generatedBefore: UnixMillis?
    /// Part of the tenant's name, in any case.
    public var search: String?

    public init(tenantID: TenantID? = nil) { self.tenantID = tenantID }
}

public enum PackSort: UInt8, CaseIterable, Sendable {
    /// Newest first; a pack that was not generated yet stands where its creation puts it.
    case generatedAt = 1
    /// In the order of a pack's life (queued, generating, ready, failed, expired), newest first within each.
    case status = 2

    public var word: String { self == .generatedAt ? "generated_at" : "status" }

    public init?(word: some StringProtocol) {
        guard let match = PackSort.allCases.first(where: { $0.word == word }) else { return nil }
        self = match
    }
}

/// The first or last hexadecimal digits of an id, as people type them.
public struct IDFragment: Sendable, Equatable {
    public static let minimumDigits = 6

    /// Lower-case digits without hyphens, 6 to 32.
    public let digits: String

    /// Nil unless `text` holds at least 6 and at most 32 hexadecimal digits, hyphens aside.
    public init?(_ text: some StringProtocol) {
        let digits = text.lowercased().filter { $0 != "-" }
        guard (IDFragment.minimumDigits...32).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ Hex.nibble($0) != nil })
        else { return nil }
        self.digits = digits
    }

    /// Whether the id begins or ends with the digits.
    public func matches(_ id: PackID) -> Bool {
        let whole = Hex.encode(id.bytes)
        return whole.hasPrefix(digits) || whole.hasSuffix(digits)
    }
}
