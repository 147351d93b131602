import Domain
import Evidence
import ReviewPackAPI
import Storage

/// `OperationService`: what was done to a tenant, when, and how it ended.
enum OperationHandlers {
    static func get(
        _ request: Proto.GetOperationRequest, _ context: CallContext
    ) async throws -> Proto.GetOperationResponse {
        guard let id = OperationRunID(request.id) else {
            throw ProductError.invalid("id", "must be an operation run's id, a UUID")
        }
        var response = Proto.GetOperationResponse()
        response.operation = Proto.OperationRun(try await context.operationRun(id))
        return response
    }

    static func list(
        _ request: Proto.ListOperationsRequest, _ context: CallContext
    ) async throws -> Proto.ListOperationsResponse {
        let tenant = try await context.tenant(request.tenant)
        var filter = OperationFilter(tenantID: tenant.id)
        filter.type = request.type.map(OperationType.init(rawValue:))
        let result = try await context.store.listOperationRuns(
            filter, visible: .some(workspaces: [], tenants: [tenant.id]),
            page: PageRequest(request))
        var response = Proto.ListOperationsResponse()
        response.operations = result.items.map { Proto.OperationRun($0) }
        response.nextPageToken = result.nextToken(of: request)
        return response
    }
}

extension Proto.OperationRun {
    init(_ record: OperationRunRecord) {
        self.init()
        let run = record.run
        id = run.id.description
        tenantExternalID = record.tenantExternalID?.description ?? ""
        type = run.type.rawValue
        status = Proto.OperationStatus(rawValue: Int32(run.status.rawValue))
        outcome = run.outcome.map { Proto.OperationOutcome(rawValue: Int32($0.rawValue)) } ?? .unspecified
        reasonCode = run.reasonCode
        initiator = run.initiator
        startedAt = run.startedAt
        finishedAt = run.finishedAt
        context = run.context
        imported = run.isImported
    }
}
