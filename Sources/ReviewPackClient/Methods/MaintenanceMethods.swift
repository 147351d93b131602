public import ReviewPackAPI

/// MaintenanceService: prune, checks, the audit log, figures and schedules.
extension ReviewPackClient {
    /// Expires packs past their time, and hard-deletes old expired ones where that is asked for or configured.
    ///
    /// Not repeated after a restart: the answer tells what this prune removed, and another one would not know.
    public func prune(_ request: Proto.PruneRequest) async throws(ClientError) -> Proto.PruneResponse {
        try await call(Methods.maintenanceServicePrune, request, timeout: Self.longCallTimeout, repeating: false)
    }

    /// The audit events that the request selects, page by page, up to `limit`.
    public func auditEvents(_ request: Proto.ListAuditEventsRequest, limit: Int? = nil) -> Pages<Proto.AuditEvent> {
        pages(Methods.maintenanceServiceListAuditEvents, request, limit: limit)
    }

    /// Has the service check its whole hash chain.
    public func verifyAuditLog() async throws(ClientError) -> Proto.VerifyAuditLogResponse {
        try await call(
            Methods.maintenanceServiceVerifyAuditLog, Proto.VerifyAuditLogRequest(), timeout: Self.longCallTimeout)
    }

    /// Compares rows, files, digests, indexes and the audit chain. Takes as long as reading all of it does.
    ///
    /// Not repeated after a restart: the answer tells what this check repaired, and another one would not know.
    public func check(readingData: Bool = false, repairing: Bool = false) async throws(ClientError)
        -> Proto.CheckResponse
    {
        try await call(
            Methods.maintenanceServiceCheck, Proto.CheckRequest(readData: readingData, repair: repairing),
            timeout: ReviewPackClient.longCallTimeout, repeating: false)
    }

    public func stats() async throws(ClientError) -> Proto.GetStatsResponse {
        try await call(Methods.maintenanceServiceGetStats, Proto.GetStatsRequest())
    }

    /// What only the daemon can say about its own health.
    public func diagnostics(timeout: Duration = callTimeout) async throws(ClientError) -> Proto.GetDiagnosticsResponse {
        try await call(
            Methods.maintenanceServiceGetDiagnostics, Proto.GetDiagnosticsRequest(), timeout: timeout)
    }

    /// The schedules of a tenant, or of all that the caller is a member of; then also prune's, for those who may prune.
    public func schedules(tenant: String? = nil) async throws(ClientError) -> [Proto.Schedule] {
        try await all(
            Methods.maintenanceServiceListSchedules, Proto.ListSchedulesRequest(tenant: tenant), limit: nil)
    }
}
