import Domain
import ReviewPackAPI
import ReviewPackClient

/// Which tenants a `scan run` is about.
enum ScanTargets {
    /// The tenant that `text` names; without a name every tenant for which the caller may import, in the order of their
    /// names.
    static func choose(_ text: String?, _ client: ReviewPackClient) async throws(ClientError) -> [Proto.Tenant] {
        guard let text else { return try await importable(client) }
        let id = try await client.tenantID(text)
        guard let tenant = try await client.tenants().first(where: { $0.externalID == id }) else {
            throw .fault(
                Reason.notFound, "there is no tenant \(id), or you are not a member of it",
                advice: "`reviewpackctl tenant list` shows those that there are")
        }
        // Before the collector runs: what it brings would be refused.
        guard try await importable(client).contains(where: { $0.externalID == id }) else {
            throw .fault(
                Reason.capabilityRequired, "you may not import for tenant \(id), so nothing was scanned",
                advice: "ask an owner for the role collector: `reviewpackctl member grant --role collector ...`")
        }
        return [tenant]
    }

    /// A member in another role, a viewer's service for example, has no business with that tenant's collector.
    private static func importable(_ client: ReviewPackClient) async throws(ClientError) -> [Proto.Tenant] {
        let caller = try await client.whoAmI()
        let tenants = try await client.tenants()
        // Of a caller with very many roles the service names only some; then the import itself decides.
        if caller.administrator || !caller.bindingsComplete { return tenants }
        var workspaces: Set<ExactText> = []
        var ids: Set<String> = []
        for binding in caller.bindings where binding.role == .collector || binding.role == .owner {
            switch binding.target?.kind {
            case .workspace(let name): workspaces.insert(ExactText(name))
            case .tenant(let id): ids.insert(id)
            case .system, nil: break
            }
        }
        return tenants.filter { workspaces.contains(ExactText($0.workspace)) || ids.contains($0.externalID) }
    }
}
