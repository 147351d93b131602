import ReviewPackAPI

/// What administrators ask of MaintenanceService about the state as a whole.
extension ReviewPackClient {
    /// Compares rows, files, digests, indexes and the audit chain. Takes as long as reading all of it does.
    public func check(readingData: Bool = false, repairing: Bool = false) async throws(ClientError)
        -> Proto.CheckResponse
    {
        try await call(
            Methods.maintenanceServiceCheck, Proto.CheckRequest(readData: readingData, repair: repairing),
            timeout: ReviewPackClient.longCallTimeout)
    }

    public func stats() async throws(ClientError) -> Proto.GetStatsResponse {
        try await callRepeating(Methods.maintenanceServiceGetStats, Proto.GetStatsRequest())
    }

    /// What only the daemon can say about its own health.
    public func diagnostics(timeout: Duration = callTimeout) async throws(ClientError) -> Proto.GetDiagnosticsResponse {
        try await callRepeating(
            Methods.maintenanceServiceGetDiagnostics, Proto.GetDiagnosticsRequest(), timeout: timeout)
    }
}
