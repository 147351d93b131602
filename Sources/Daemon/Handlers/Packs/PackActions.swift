import Domain

/// What a caller may do next with a pack or with a tenant that has none: one pure table for `Get` and the card.
enum PackActions: String, CaseIterable {
    case generate, download, regenerate, retry, expire, cancel

    /// The label of the card.
    var label: String {
        switch self {
        case .generate: "Generate"
        case .download: "Download"
        case .regenerate: "Generate new"
        case .retry: "Retry"
        case .expire: "Expire"
        case .cancel: "Cancel"
        }
    }

    private var need: Capability { self == .download ? .viewReviewPacks : .manageReviewPacks }

    /// Whether the card names it; `Get` has these two besides.
    var isOnCard: Bool { self != .expire && self != .cancel }

    /// The actions for a pack in `status` (nil = there is no pack), less those that the caller may not take.
    static func of(_ status: PackStatus?, standing: Standing) -> [PackActions] {
        let possible: [PackActions] =
            switch status {
            case nil: [.generate]
            case .queued, .generating: [.cancel]
            case .ready: [.download, .regenerate, .expire]
            case .failed: [.retry]
            case .expired: [.regenerate]
            }
        return possible.filter { standing.capabilities.contains($0.need) }
    }
}
