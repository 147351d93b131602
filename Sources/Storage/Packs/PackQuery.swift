import Bytes
package import Domain

/// Which packs are wanted; every condition that is set must hold. Statuses are those that callers see.
package struct PackFilter: Sendable, Equatable {
    package var tenantID: TenantID?
    /// Empty means any.
    package var statuses: Set<PackStatus> = []
    /// At or after.
    package var generatedAfter: UnixMillis?
    /// Before.
    package var generatedBefore: UnixMillis?
    /// Part of the tenant's name, in any case.
    package var search: String?

    package init(tenantID: TenantID? = nil) { self.tenantID = tenantID }
}

package enum PackSort: UInt8, CaseIterable, Sendable {
    /// Newest first; a pack that was not generated yet stands where its creation puts it.
    case generatedAt = 1
    /// In the order of a pack's life (queued, generating, ready, failed, expired), newest first within each.
    case status = 2

    package var word: String { self == .generatedAt ? "generated_at" : "status" }

    package init?(word: some StringProtocol) {
        guard let match = PackSort.allCases.first(where: { $0.word == word }) else { return nil }
        self = match
    }
}

/// The first or last hexadecimal digits of an id, as people type them.
package struct IDFragment: Sendable, Equatable {
    package static let minimumDigits = 6

    /// Lower-case digits without hyphens, 6 to 32.
    package let digits: String

    /// Nil unless `text` holds at least 6 and at most 32 hexadecimal digits, hyphens aside.
    package init?(_ text: some StringProtocol) {
        let digits = text.lowercased().filter { $0 != "-" }
        guard (IDFragment.minimumDigits...32).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ Hex.nibble($0) != nil })
        else { return nil }
        self.digits = digits
    }

    /// Whether the id begins or ends with the digits.
    package func matches(_ id: PackID) -> Bool {
        let whole = Hex.encode(id.bytes)
        return whole.hasPrefix(digits) || whole.hasSuffix(digits)
    }
}
