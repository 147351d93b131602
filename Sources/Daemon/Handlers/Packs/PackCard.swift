import Domain
import ReviewPackAPI
import Storage

/// The card of a tenant: its newest pack and the caller's next actions.
enum PackCard {
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
