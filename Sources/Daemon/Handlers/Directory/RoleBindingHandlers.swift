import Domain
import ReviewPackAPI
import Storage

/// Role bindings: who may do what where.
///
/// Members of a tenant are granted by holders of `tenant.manage` there, members of a workspace by holders of
/// `workspace.manage`, and system-wide roles by administrators.
enum RoleBindingHandlers {
    static func grant(_ request: Proto.GrantRoleRequest, _ context: CallContext) async throws -> Proto.GrantRoleResponse
    {
        let scope = try await authorisedScope(request.target, context)
        let binding = try binding(request.principal, request.role, scope)
        var response = Proto.GrantRoleResponse()
        response.created = try await context.store.grant(binding, stamp: context.stamp())
        response.binding = try await message(binding, context)
        return response
    }

    static func revoke(_ request: Proto.RevokeRoleRequest, _ context: CallContext) async throws
        -> Proto.RevokeRoleResponse
    {
        let scope = try await authorisedScope(request.target, context)
        let record = try await context.store.revoke(
            binding(request.principal, request.role, scope), stamp: context.stamp())
        return Proto.RevokeRoleResponse(binding: Proto.RoleBinding(record, target: request.target))
    }

    static func list(
        _ request: Proto.ListRoleBindingsRequest, _ context: CallContext
    ) async throws -> Proto.ListRoleBindingsResponse {
        let scope = try await authorisedScope(request.target, context)
        let result = try await context.store.listBindings(
            of: scope, page: PageRequest(request))
        var response = Proto.ListRoleBindingsResponse()
        response.bindings = result.items.map { Proto.RoleBinding($0, target: request.target) }
        response.nextPageToken = result.nextToken(of: request)
        return response
    }

    /// A stored binding with its scope by name; nil when it or its scope is gone meanwhile.
    static func message(_ binding: RoleBinding, _ context: CallContext) async throws -> Proto.RoleBinding? {
        var target = Proto.BindingTarget()
        switch binding.scope {
        case .system: target.kind = .system(true)
        case .workspace(let id):
            guard let workspace = try await context.store.workspace(id) else { return nil }
            target.kind = .workspace(workspace.name)
        case .tenant(let id):
            guard let tenant = try await context.store.tenant(id) else { return nil }
            target.kind = .tenant(tenant.externalID.description)
        }
        return try await context.store.storedBinding(binding).map { Proto.RoleBinding($0, target: target) }
    }

    /// The scope that a request names, when the caller may manage its members.
    static func authorisedScope(
        _ target: Proto.BindingTarget?, _ context: CallContext
    ) async throws -> AccessScope {
        switch target?.kind {
        case .tenant(let externalID): return .tenant(try await context.tenant(externalID).id)
        case .workspace(let name):
            return .workspace(try await context.workspace(name, needing: .capability(.manageWorkspace)).id)
        case .system(true):
            try context.access.systemStanding.admit(.capability(.administerSystem))
            return .system
        case .system(false), nil:
            throw ProductError.invalid("target", "must name a workspace, a tenant or the system")
        }
    }

    private static func binding(
        _ principal: Proto.Principal?, _ role: Proto.Role, _ scope: AccessScope
    ) throws(ProductError) -> RoleBinding {
        let role = try Role(role)
        guard role.canBeBound(to: scope.kind) else {
            throw .invalid("role", "\(role.word) cannot be bound to a \(scope.kind.word)")
        }
        return RoleBinding(principal: try Principal(principal), role: role, scope: scope)
    }
}
