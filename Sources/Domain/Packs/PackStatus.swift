// What takes a pack from one status to the next; there is no other edge (`canBecome`):
//
//   queued                       Store.requestGeneration, which makes the row
//   queued > generating          Store.markGenerating
//   generating > ready           Store.completePack
//   queued, generating > failed  WriteTransaction.fail: Store.failPack, cancelPack, recover, the deletion of the
//                                tenant, and completePack when another pack holds the same evidence
//   ready > expired              WriteTransaction.expire: Store.expirePack, prune, a generation of the tenant

/// The life of a review pack.
public enum PackStatus: UInt8, CaseIterable, Sendable {
    case queued = 1
    case generating = 2
    case ready = 3
    case failed = 4
    case expired = 5

    public var word: String {
        switch self {
        case .queued: "queued"
        case .generating: "generating"
        case .ready: "ready"
        case .failed: "failed"
        case .expired: "expired"
        }
    }

    public init?(word: some StringProtocol) {
        guard let match = PackStatus.allCases.first(where: { $0.word == word }) else { return nil }
        self = match
    }

    /// Whether a generation occupies its tenant: at most one pack of a tenant is active.
    public var isActive: Bool { self == .queued || self == .generating }

    public static let active = allCases.filter(\.isActive)

    /// Whether the life of a pack has the edge from this status to `next`.
    public func canBecome(_ next: PackStatus) -> Bool {
        switch (self, next) {
        case (.queued, .generating), (.generating, .ready), (.ready, .expired), (.queued, .failed),
            (.generating, .failed):
            true
        default: false
        }
    }

    /// The status that callers see: a ready pack past its expiry answers as expired before any prune ran.
    public func effective(expiresAt: UnixMillis?, now: UnixMillis) -> PackStatus {
        if self == .ready, let expiresAt, expiresAt <= now { .expired } else { self }
    }
}

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
