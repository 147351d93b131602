import ReviewPackAPI

/// Recording scans, and what timers do day by day.
extension ReviewPackClient {
    /// Records how a scan ended, and returns the id of its operation run.
    ///
    /// A request without a `requestID` gets a fresh one, so that the call can be repeated when its connection is lost.
    public func recordScan(_ request: Proto.RecordScanRequest) async throws(ClientError) -> String {
        var request = request
        if request.requestID == nil { request.requestID = Self.freshRequestID() }
        return try await callRepeating(Methods.ingestServiceRecordScan, request).operationRunID
    }

    /// The schedules of a tenant, or of all that the caller is a member of; then also prune's, for those who may prune.
    public func schedules(tenant: String? = nil) async throws(ClientError) -> [Proto.Schedule] {
        try await all(
            Methods.maintenanceServiceListSchedules, Proto.ListSchedulesRequest(tenant: tenant), limit: nil)
    }
}

extension Proto.ListSchedulesRequest: PagedRequest {}
extension Proto.ListSchedulesResponse: PagedResponse { var elements: [Proto.Schedule] { schedules } }
