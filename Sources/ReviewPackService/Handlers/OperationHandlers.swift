import ReviewPackModel
import ReviewPackStore
import ReviewPackWire

/// `OperationService`: what was done to a tenant, when, and how it ended.
enum OperationHandlers {
    static func register(in table: inout RouteTable) {
        table.unary(Methods.operationServiceGet, get)
        table.unary(Methods.operationServiceList, list)
    }

    static func get(
        _ request: Proto.GetOperationRequest, _ context: CallContext
    ) async throws -> Proto.GetOperationResponse {
        guard let id = OperationRunID(request.id) else {
            throw ProductError.invalid("id", "must be an operation run's id, a UUID")
        }
        // The look-up itself is scoped to what the caller is a member of; what it may view is decided after.
        guard let record = try await context.store.operationRun(id, visible: context.access.memberScopes) else {
            throw ProductError.notFound
        }
        if let workspace = record.workspaceID {
            try context.access.standing(inWorkspace: workspace, tenant: record.tenantID).admit(context.row.access)
        } else {
            try context.access.systemStanding.admit(.capability(.administerSystem))
        }
        var response = Proto.GetOperationResponse()
        response.operation = Proto.OperationRun(record)
        return response
    }

    static func list(
        _ request: Proto.ListOperationsRequest, _ context: CallContext
    ) async throws -> Proto.ListOperationsResponse {
        let tenant = try await context.tenant(request.tenant)
        var filter = OperationFilter(tenantID: tenant.id)
        filter.type = request.type.map(OperationType.init(rawValue:))
        var unpaged = request
        unpaged.pageSize = 0
        unpaged.pageToken = ""
        let result = try await context.store.listOperationRuns(
            filter, visible: .some(workspaces: [], tenants: [tenant.id]),
            page: PageRequest(size: request.pageSize, token: request.pageToken, of: unpaged))
        var response = Proto.ListOperationsResponse()
        response.operations = result.items.map { Proto.OperationRun($0) }
        response.nextPageToken = result.nextToken(of: unpaged)
        return response
    }
}
