import ReviewPackAPI

/// MaintenanceService: prune and the audit log.
extension ReviewPackClient {
    /// Expires packs past their time, and hard-deletes old expired ones where that is asked for or configured.
    public func prune(_ request: Proto.PruneRequest) async throws(ClientError) -> Proto.PruneResponse {
        try await call(Methods.maintenanceServicePrune, request, timeout: Self.longCallTimeout)
    }

    /// The audit events that the request selects, page by page, up to `limit`.
    public func auditEvents(_ request: Proto.ListAuditEventsRequest, limit: Int? = nil) -> Pages<Proto.AuditEvent> {
        pages(Methods.maintenanceServiceListAuditEvents, request, limit: limit)
    }

    /// Has the service check its whole hash chain.
    public func verifyAuditLog() async throws(ClientError) -> Proto.VerifyAuditLogResponse {
        try await callRepeating(
            Methods.maintenanceServiceVerifyAuditLog, Proto.VerifyAuditLogRequest(), timeout: Self.longCallTimeout)
    }
}
