import Domain
import ReviewPackAPI
import Storage

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

    private var capability: Capability { self == .download ? .viewReviewPacks : .manageReviewPacks }

    /// Whether the card names it: the contract's section 7 has the card's actions, `Get` has these two besides.
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
        return possible.filter { standing.capabilities.contains($0.capability) }
    }
}

/// The card of a tenant: its newest pack and the caller's next actions.
enum Card {
    static func get(_ request: Proto.GetCardRequest, _ context: CallContext) async throws -> Proto.GetCardResponse {
        let tenant = try await context.tenant(request.tenant)
        let pack = try await context.store.newestPack(of: tenant.id)
        let standing = context.access.standing(inWorkspace: tenant.workspaceID, tenant: tenant.id)
        let status = pack?.status(at: context.now)
        var response = Proto.GetCardResponse()
        response.tenantExternalID = tenant.externalID.description
        response.tenantName = tenant.name
        response.pack = pack.map(context.message)
        response.progress = pack.flatMap { $0.storedStatus.isActive ? context.progress(of: $0) : nil }
        response.failureMessage = pack?.failureReason.map { "\($0.explanation) \($0.advice)" }
        response.actions = PackActions.of(status, standing: standing).filter(\.isOnCard).map {
            var action = Proto.CardAction()
            action.name = $0.rawValue
            action.label = $0.label
            action.command = $0.command(tenant: request.tenant, pack: pack)
            return action
        }
        return response
    }
}

extension PackOptions {
    /// The client's flags for exactly these: what is tried again must not hold more than what was asked for.
    fileprivate var flags: String {
        (includePII ? " --pii" : " --no-pii") + (includeOperations ? " --operations" : " --no-operations")
    }
}

extension PackActions {
    /// The client's command line for the action.
    func command(tenant: String, pack record: PackRecord?) -> String {
        let pack = record?.id.description ?? ""
        return switch self {
        case .generate: "reviewpackctl generate \(tenant)"
        case .retry: "reviewpackctl generate \(tenant)" + (record?.options.flags ?? "")
        case .download: "reviewpackctl download \(pack)"
        case .regenerate: "reviewpackctl generate \(tenant) --regenerate \(pack)"
        case .expire: "reviewpackctl expire \(pack)"
        case .cancel: "reviewpackctl cancel \(pack)"
        }
    }
}
