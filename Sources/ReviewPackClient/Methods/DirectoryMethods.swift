public import ReviewPackAPI

/// DirectoryService. Workspaces are named by their name, tenants by their Entra GUID.
extension ReviewPackClient {
    public func createWorkspace(name: String) async throws(ClientError) -> Proto.Workspace {
        try await call(Methods.directoryServiceCreateWorkspace, Proto.CreateWorkspaceRequest(name: name))
            .workspace.required("workspace")
    }

    /// The workspaces that the caller is a member of, up to `limit`.
    public func workspaces(limit: Int? = nil) async throws(ClientError) -> [Proto.Workspace] {
        try await all(Methods.directoryServiceListWorkspaces, Proto.ListWorkspacesRequest(), limit: limit)
    }

    /// Removes the workspace with its tenants, packs and files.
    public func deleteWorkspace(name: String) async throws(ClientError) -> Proto.DeleteWorkspaceResponse {
        try await call(
            Methods.directoryServiceDeleteWorkspace, Proto.DeleteWorkspaceRequest(workspace: name),
            timeout: .seconds(300))
    }

    public func createTenant(
        workspace: String, externalID: String, name: String
    ) async throws(ClientError) -> Proto.Tenant {
        try await call(
            Methods.directoryServiceCreateTenant,
            Proto.CreateTenantRequest(workspace: workspace, externalID: externalID, name: name)
        ).tenant.required("tenant")
    }

    /// The tenants that the caller is a member of, of one workspace or of all, up to `limit`.
    public func tenants(
        workspace: String? = nil, limit: Int? = nil
    ) async throws(ClientError) -> [Proto.Tenant] {
        try await all(
            Methods.directoryServiceListTenants, Proto.ListTenantsRequest(workspace: workspace), limit: limit)
    }

    /// The same tenants with what `tenant` says of each; of one whose packs the caller may not view, `tenant` alone is
    /// set.
    public func tenantOverviews(workspace: String? = nil) async throws(ClientError) -> [Proto.GetTenantResponse] {
        var request = Proto.ListTenantsRequest(workspace: workspace, withOverview: true)
        var found: [Proto.GetTenantResponse] = []
        repeat {
            let page = try await call(Methods.directoryServiceListTenants, request)
            // An older service does not know the wish, and gives the tenants alone.
            let known = page.overviews.count == page.tenants.count
            found += known ? page.overviews : page.tenants.map { Proto.GetTenantResponse(tenant: $0) }
            guard page.nextPageToken.isEmpty || page.nextPageToken != request.pageToken else {
                throw .protocolViolation("ListTenants gave the same page token twice")
            }
            request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
        return found
    }

    /// The tenant with the freshness of its sources, its findings' counts and its newest pack.
    public func tenant(_ externalID: String) async throws(ClientError) -> Proto.GetTenantResponse {
        let response = try await call(
            Methods.directoryServiceGetTenant, Proto.GetTenantRequest(tenant: externalID))
        _ = try response.tenant.required("tenant")
        return response
    }

    public func renameTenant(_ externalID: String, to name: String) async throws(ClientError) -> Proto.Tenant {
        try await call(
            Methods.directoryServiceRenameTenant, Proto.RenameTenantRequest(tenant: externalID, name: name)
        ).tenant.required("tenant")
    }

    /// Removes the tenant with its data, packs and files.
    public func deleteTenant(_ externalID: String) async throws(ClientError) -> Proto.DeleteTenantResponse {
        try await call(
            Methods.directoryServiceDeleteTenant, Proto.DeleteTenantRequest(tenant: externalID),
            timeout: .seconds(300))
    }

    public func grant(
        _ role: Proto.Role, to principal: Proto.Principal.Kind, in target: Proto.BindingTarget.Kind
    ) async throws(ClientError) -> Proto.GrantRoleResponse {
        let response = try await call(
            Methods.directoryServiceGrantRole,
            Proto.GrantRoleRequest(
                principal: Proto.Principal(kind: principal), role: role, target: Proto.BindingTarget(kind: target)))
        _ = try response.binding.required("binding")
        return response
    }

    /// Takes the role away and returns the binding as it was.
    @discardableResult
    public func revoke(
        _ role: Proto.Role, from principal: Proto.Principal.Kind, in target: Proto.BindingTarget.Kind
    ) async throws(ClientError) -> Proto.RoleBinding {
        try await call(
            Methods.directoryServiceRevokeRole,
            Proto.RevokeRoleRequest(
                principal: Proto.Principal(kind: principal), role: role, target: Proto.BindingTarget(kind: target))
        ).binding.required("binding")
    }

    public func roleBindings(in target: Proto.BindingTarget.Kind) async throws(ClientError) -> [Proto.RoleBinding] {
        try await all(
            Methods.directoryServiceListRoleBindings,
            Proto.ListRoleBindingsRequest(target: Proto.BindingTarget(kind: target)), limit: nil)
    }

    /// Who the kernel says the caller is, and what that grants.
    public func whoAmI(timeout: Duration = callTimeout) async throws(ClientError) -> Proto.WhoAmIResponse {
        try await call(Methods.directoryServiceWhoAmI, Proto.WhoAmIRequest(), timeout: timeout)
    }
}
