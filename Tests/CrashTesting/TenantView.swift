import ReviewPackAPI
import ReviewPackClient

/// One tenant as the service shows it.
struct TenantView: Sendable {
    /// Nil when there is no such tenant.
    var overview: Proto.GetTenantResponse?
    var packs: [Proto.Pack]
    var operations: [Proto.OperationRun] = []
    /// Each binding as its subject; one of another kind as the role and the principal.
    var grants: Set<String> = []
    /// The ids of alert rules by their receivers.
    var rules: [String: String] = [:]

    init(
        of tenant: String, overview: Proto.GetTenantResponse?, packs: [Proto.Pack], client: ReviewPackClient
    ) async throws {
        self.overview = overview
        self.packs = packs
        guard overview != nil else { return }
        operations = try await client.operations(tenant: tenant)
        for binding in try await client.roleBindings(in: .tenant(tenant)) {
            if binding.role == .viewer, case .subject(let name)? = binding.principal?.kind {
                grants.insert(name)
            } else {
                grants.insert("\(binding.role) \(String(describing: binding.principal?.kind))")
            }
        }
        for rule in try await client.alertRules(in: .tenant(tenant)) {
            var receiver = "\(rule.event) \(String(describing: rule.receiver?.kind))"
            if rule.event == TenantClient.ruleEvent, case .subject(let name)? = rule.receiver?.kind { receiver = name }
            rules[receiver] = rule.id
        }
    }
}
