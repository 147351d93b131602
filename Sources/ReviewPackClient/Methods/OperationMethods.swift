public import ReviewPackAPI

/// OperationService, and the health of the service.
extension ReviewPackClient {
    public func operation(_ id: String) async throws(ClientError) -> Proto.OperationRun {
        try await call(Methods.operationServiceGet, Proto.GetOperationRequest(id: id))
            .operation.required("operation")
    }

    /// The tenant's operation runs, newest first, of one type or of all, up to `limit`.
    public func operations(
        tenant: String, type: String? = nil, limit: Int? = nil
    ) async throws(ClientError) -> [Proto.OperationRun] {
        try await all(
            Methods.operationServiceList, Proto.ListOperationsRequest(tenant: tenant, type: type), limit: limit)
    }

    /// Whether the service takes calls; `service` is a full service name, empty for all.
    public func health(service: String = "") async throws(ClientError) -> GRPCHealth.HealthCheckResponse {
        try await call(
            Methods.healthCheck, GRPCHealth.HealthCheckRequest(service: service), timeout: .seconds(5))
    }
}
