import ReviewPackAPI

/// What holds for any bytes that are decoded as any message; the fuzz target `messages` and `MessageCorpusTests` check
/// it.
///
/// An input is a sequence of encoded messages: a byte that chooses the message, one that says how long its encoding is
/// (255: to the end of the input), and the encoding.
enum FuzzedProperties {
    /// What was broken by this input, or nil.
    static func violation(in input: UnsafeRawBufferPointer) -> String? {
        var rest = input[...]
        while let choice = rest.popFirst(), let length = rest.popFirst() {
            let encoding = rest.prefix(length == 255 ? rest.count : Int(length))
            rest = rest.dropFirst(encoding.count)
            let message: any WireMessage.Type = messages[Int(choice) % messages.count]
            if let fault = faultOfRoundTrip(message, UnsafeRawBufferPointer(rebasing: encoding)) { return fault }
        }
        return nil
    }

    private static func faultOfRoundTrip<M: WireMessage>(_ type: M.Type, _ bytes: UnsafeRawBufferPointer) -> String? {
        guard let message = try? M(serialized: bytes) else { return nil }
        let written = message.serialized()
        // What is written is shorter than what was read, if that held much to skip, and so has less memory to its name.
        let roomy = WireLimits(maxMessageBytes: .max, baseMemory: 32 << 20)
        guard let again = try? M(serialized: written, limits: roomy) else {
            return "\(M.fullName) cannot read what it wrote"
        }
        guard again == message else { return "\(M.fullName) reads as another message after it was written" }
        guard again.serialized() == written else { return "\(M.fullName) is written in two ways" }
        var printer = Printer(depth: 0)
        message.visitFields(&printer)
        return printer.depth <= Printer.deepest ? nil : "\(M.fullName) is nested too deeply"
    }

    /// Every message that is decoded anywhere; `MessageCorpusTests` compares it with the generated code.
    static let messages: [any WireMessage.Type] = [
        GRPCHealth.HealthCheckRequest.self, GRPCHealth.HealthCheckResponse.self, GoogleProtobuf.AnyMessage.self,
        GoogleRPC.ErrorInfo.self, GoogleRPC.Status.self, Proto.AlertEvent.self, Proto.AlertRule.self,
        Proto.AuditEvent.self, Proto.AuditFault.self, Proto.BackupHeader.self, Proto.BackupRequest.self,
        Proto.BackupResponse.self, Proto.BackupTrailer.self, Proto.BindingTarget.self, Proto.CancelPackRequest.self,
        Proto.CancelPackResponse.self, Proto.CardAction.self, Proto.CheckProblem.self, Proto.CheckRequest.self,
        Proto.CheckResponse.self, Proto.CreateAlertRuleRequest.self, Proto.CreateAlertRuleResponse.self,
        Proto.CreateTenantRequest.self, Proto.CreateTenantResponse.self, Proto.CreateWorkspaceRequest.self,
        Proto.CreateWorkspaceResponse.self, Proto.DeleteAlertRuleRequest.self, Proto.DeleteAlertRuleResponse.self,
        Proto.DeleteTenantRequest.self, Proto.DeleteTenantResponse.self, Proto.DeleteWorkspaceRequest.self,
        Proto.DeleteWorkspaceResponse.self, Proto.DownloadHeader.self, Proto.DownloadRequest.self,
        Proto.DownloadResponse.self, Proto.ExpirePackRequest.self, Proto.ExpirePackResponse.self,
        Proto.GenerateRequest.self, Proto.GenerateResponse.self, Proto.GetCardRequest.self,
        Proto.GetCardResponse.self, Proto.GetOperationRequest.self, Proto.GetOperationResponse.self,
        Proto.GetDiagnosticsRequest.self, Proto.GetDiagnosticsResponse.self, Proto.GetPackRequest.self,
        Proto.GetPackResponse.self, Proto.GetStatsRequest.self, Proto.TokenKeyInfo.self, Proto.DatabaseSetting.self,
        Proto.GetStatsResponse.self, Proto.GetTenantRequest.self, Proto.GetTenantResponse.self,
        Proto.GrantRoleRequest.self, Proto.GrantRoleResponse.self, Proto.ImportFindingsHeader.self,
        Proto.ImportFindingsRequest.self, Proto.ImportFindingsResponse.self, Proto.ImportOperationsHeader.self,
        Proto.ImportOperationsRequest.self, Proto.ImportOperationsResponse.self, Proto.ImportReportHeader.self,
        Proto.ImportReportRequest.self, Proto.ImportReportResponse.self, Proto.IssueDownloadTokenRequest.self,
        Proto.IssueDownloadTokenResponse.self, Proto.ListAlertEventsRequest.self,
        Proto.ListAlertEventsResponse.self, Proto.ListAlertRulesRequest.self, Proto.ListAlertRulesResponse.self,
        Proto.ListAuditEventsRequest.self, Proto.ListAuditEventsResponse.self, Proto.ListNotificationsRequest.self,
        Proto.ListNotificationsResponse.self, Proto.ListOperationsRequest.self, Proto.ListOperationsResponse.self,
        Proto.ListPacksRequest.self, Proto.ListPacksResponse.self, Proto.ListRoleBindingsRequest.self,
        Proto.ListRoleBindingsResponse.self, Proto.ListSchedulesRequest.self, Proto.ListSchedulesResponse.self,
        Proto.ListTenantsRequest.self, Proto.ListTenantsResponse.self, Proto.ListWorkspacesRequest.self,
        Proto.ListWorkspacesResponse.self, Proto.MarkNotificationsReadRequest.self,
        Proto.MarkNotificationsReadResponse.self, Proto.Notification.self, Proto.OperationRun.self, Proto.Pack.self,
        Proto.PackOptions.self, Proto.PackProgress.self, Proto.PackStatusStats.self, Proto.PackSummary.self,
        Proto.Principal.self, Proto.PruneRequest.self, Proto.PruneResponse.self, Proto.PrunedPack.self,
        Proto.PutHardeningRequest.self, Proto.PutHardeningResponse.self, Proto.ReadChunkRequest.self,
        Proto.ReadChunkResponse.self, Proto.RecordScanRequest.self, Proto.RecordScanResponse.self,
        Proto.RenameTenantRequest.self, Proto.RenameTenantResponse.self, Proto.RevokeRoleRequest.self,
        Proto.RevokeRoleResponse.self, Proto.RoleBinding.self, Proto.Schedule.self, Proto.SeverityCount.self,
        Proto.SourceFreshness.self, Proto.StatusCount.self, Proto.Tenant.self, Proto.TenantStats.self,
        Proto.VerifyAuditLogRequest.self, Proto.VerifyAuditLogResponse.self, Proto.WatchPackRequest.self,
        Proto.WatchPackResponse.self, Proto.WhoAmIRequest.self, Proto.WhoAmIResponse.self, Proto.Workspace.self,
    ]
}

/// Looks at every field, as the client does to print a message. No message holds itself, so the depth has a bound.
private struct Printer: FieldVisitor {
    static let deepest = 8
    var depth: Int
    private var bytes = 0

    init(depth: Int) { self.depth = depth }

    mutating func visit(_ name: String, _ value: FieldValue) {
        bytes += name.utf8.count
        look(at: value)
    }

    private mutating func look(at value: FieldValue) {
        switch value {
        case .absent, .bool, .signed, .unsigned, .double, .time: break
        case .string(let text): bytes += text.utf8.count
        case .bytes(let data): bytes += data.count
        case .enumeration(let word, _): bytes += word?.utf8.count ?? 0
        case .list(let values): for value in values { look(at: value) }
        case .map(let entries): for entry in entries { bytes += entry.key.utf8.count + entry.value.utf8.count }
        case .message(let message):
            var inner = Printer(depth: 0)
            message.visitFields(&inner)
            depth = max(depth, inner.depth + 1)
        }
    }
}
