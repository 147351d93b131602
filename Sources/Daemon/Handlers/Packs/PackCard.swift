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

extension PackActions {
    /// The client's command line for the action.
    func command(tenant: String, pack record: PackRecord?) -> String {
        let pack = record?.id.description ?? ""
        return switch self {
        case .generate: ClientCommandLine.generate(tenant: tenant)
        case .retry:
            record.map {
                ClientCommandLine.retry(
                    tenant: tenant, includePII: $0.options.includePII, includeOperations: $0.options.includeOperations)
            } ?? ClientCommandLine.generate(tenant: tenant)
        case .download: ClientCommandLine.download(pack: pack)
        case .regenerate: ClientCommandLine.regenerate(tenant: tenant, pack: pack)
        case .expire: ClientCommandLine.expire(pack: pack)
        case .cancel: ClientCommandLine.cancel(pack: pack)
        }
    }
}
