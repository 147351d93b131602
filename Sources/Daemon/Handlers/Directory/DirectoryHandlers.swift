import Domain
import ReviewPackAPI
import Storage
import TTRPCNIO

/// `DirectoryService`: workspaces, tenants and who the caller is; role bindings are in `RoleBindingHandlers`.
enum DirectoryHandlers {
    /// An overview is a dozen look-ups: more of them in one call would hold a reader for long.
    private static let overviewPageSize: Int32 = 100

    // MARK: Workspaces

    static func createWorkspace(
        _ request: Proto.CreateWorkspaceRequest, _ context: CallContext
    ) async throws -> Proto.CreateWorkspaceResponse {
        try context.admitToSystem()
        try checkName(request.name)
        var response = Proto.CreateWorkspaceResponse()
        response.workspace = Proto.Workspace(
            try await context.store.createWorkspace(name: request.name, stamp: context.stamp()))
        return response
    }

    static func listWorkspaces(
        _ request: Proto.ListWorkspacesRequest, _ context: CallContext
    ) async throws -> Proto.ListWorkspacesResponse {
        let result = try await context.store.listWorkspaces(
            visible: context.access.memberScopes,
            page: PageRequest(request))
        var response = Proto.ListWorkspacesResponse()
        response.workspaces = result.items.map { Proto.Workspace($0) }
        response.nextPageToken = result.nextToken(of: request)
        return response
    }

    static func deleteWorkspace(
        _ request: Proto.DeleteWorkspaceRequest, _ context: CallContext
    ) async throws -> Proto.DeleteWorkspaceResponse {
        try context.admitToSystem()
        let workspace = try await context.workspace(request.workspace)
        try await finish(context.store.deleteWorkspace(workspace.id, stamp: context.stamp()), context)
        return Proto.DeleteWorkspaceResponse()
    }

    // MARK: Tenants

    static func createTenant(
        _ request: Proto.CreateTenantRequest, _ context: CallContext
    ) async throws -> Proto.CreateTenantResponse {
        let workspace = try await context.workspace(request.workspace)
        guard let externalID = TenantExternalID(request.externalID) else {
            throw ProductError.invalid("external_id", "must be a GUID")
        }
        try checkName(request.name)
        var response = Proto.CreateTenantResponse()
        do {
            response.tenant = Proto.Tenant(
                try await context.store.createTenant(
                    in: workspace.id, externalID: externalID, name: request.name, stamp: context.stamp()))
        } catch let error as ProductError where error.reason == .alreadyExists {
            // The one answer that tells of other workspaces (Docs/RBAC.md): whoever asks for many leaves a trace.
            try await context.store.record(
                AuditEntry(
                    .createTenant, outcome: .failed, reason: error.reason.rawValue, workspaceID: workspace.id,
                    details: ["external_id": externalID.description]), stamp: context.stamp())
            throw error
        }
        return response
    }

    static func listTenants(
        _ request: Proto.ListTenantsRequest, _ context: CallContext
    ) async throws -> Proto.ListTenantsResponse {
        let page: PageRequest<TenantCursor> = try PageRequest(
            request, atMost: request.withOverview ? overviewPageSize : nil)
        let access = context.access
        var response = Proto.ListTenantsResponse()
        // A workspace without anything visible in it and one that does not exist both give an empty list.
        guard request.withOverview else {
            let result = try await context.store.listTenants(
                workspace: request.workspace, visible: access.memberScopes, page: page)
            response.tenants = result.items.map { Proto.Tenant($0) }
            response.nextPageToken = result.nextToken(of: request)
            return response
        }
        // The overview of each tenant where the caller may view packs, the tenant alone elsewhere.
        let result = try await context.store.listTenantOverviews(
            workspace: request.workspace, visible: access.memberScopes, page: page
        ) { access.standing(inWorkspace: $0.workspaceID, tenant: $0.id).capabilities.contains(.viewReviewPacks) }
        response.tenants = result.items.map { Proto.Tenant($0.tenant) }
        response.overviews = result.items.map { tenant, overview in
            overview.map { message($0, context) } ?? Proto.GetTenantResponse(tenant: Proto.Tenant(tenant))
        }
        response.nextPageToken = result.nextToken(of: request)
        return response
    }

    static func getTenant(_ request: Proto.GetTenantRequest, _ context: CallContext) async throws
        -> Proto.GetTenantResponse
    {
        let tenant = try await context.tenant(request.tenant)
        guard let overview = try await context.store.tenantOverview(tenant.id) else { throw ProductError.notFound }
        return message(overview, context)
    }

    static func renameTenant(
        _ request: Proto.RenameTenantRequest, _ context: CallContext
    ) async throws -> Proto.RenameTenantResponse {
        let tenant = try await context.tenant(request.tenant)
        try checkName(request.name)
        var response = Proto.RenameTenantResponse()
        response.tenant = Proto.Tenant(
            try await context.store.renameTenant(tenant.id, to: request.name, stamp: context.stamp()))
        return response
    }

    static func deleteTenant(
        _ request: Proto.DeleteTenantRequest, _ context: CallContext
    ) async throws -> Proto.DeleteTenantResponse {
        let tenant = try await context.tenant(request.tenant)
        try await finish(context.store.deleteTenant(tenant.id, stamp: context.stamp()), context)
        return Proto.DeleteTenantResponse()
    }

    /// Generations stop in any case, and what was deleted is forgotten, which they would hold up; then whoever asked
    /// hears of bytes that are still there.
    private static func finish(_ outcome: DeletionOutcome, _ context: CallContext) async throws {
        for pack in outcome.cancelled { await context.core.generations.stop(pack) }
        await context.store.forgetDeleted()
        if let failure = outcome.failure { throw failure }
    }

    // MARK: The caller

    static func whoAmI(_ request: Proto.WhoAmIRequest, _ context: CallContext) async throws -> Proto.WhoAmIResponse {
        let caller = context.caller
        var response = Proto.WhoAmIResponse()
        response.uid = caller.peer.uid
        response.gid = caller.peer.gid
        response.groups = caller.peer.supplementaryGroups
        response.administrator = caller.isAdministrator
        response.onBehalfOf = caller.subject?.text
        let access = context.access
        let bindings = access.bindings
        response.bindingsComplete = bindings.count <= 100
        for binding in bindings.prefix(100) {
            if let message = try await RoleBindingHandlers.message(binding, context) {
                response.bindings.append(message)
            }
        }
        response.unreadNotifications = Int64(
            try await context.store.unreadCount(for: caller.principals, inSight: access.notifications))
        response.serverVersion = context.core.version
        response.maximumMessageBytes = Int64(context.core.settings.maxMessageKiB) << 10
        return response
    }

    private static func message(_ overview: TenantOverview, _ context: CallContext) -> Proto.GetTenantResponse {
        Proto.GetTenantResponse(
            overview, now: context.now, staleAfterHours: context.core.settings.scanStaleAfterHours)
    }

    private static func checkName(_ name: String) throws(ProductError) {
        if let complaint = DisplayName.complaint(about: name) { throw .invalid("name", complaint) }
    }
}
