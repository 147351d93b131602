import AccessTesting
import Domain
import ReviewPackAPI

/// Every method, and where its target may be of several kinds each of these.
///
/// A method that would change what another row needs is called with an argument that cannot be used: access is decided
/// first, so the complaint about it (`INVALID_FIELD`) is the answer of those who may.
enum MatrixRows {
    private typealias P = Proto
    private static let refused = "INVALID_FIELD"
    private static let badRequestID = "no UUID"

    static let all = packs + ingest + directory + roles + operations + notifications + maintenance + health

    private static let packs = [
        MatrixRow(Methods.reviewPackServiceGenerate, needs: .manage, in: .tenant, refused) {
            P.GenerateRequest(tenant: $0.tenant, requestID: badRequestID)
        },
        MatrixRow(Methods.reviewPackServiceList, needs: .view, in: .tenant) { P.ListPacksRequest(tenant: $0.tenant) },
        MatrixRow(Methods.reviewPackServiceList, needs: .nothing, in: .everybody) { _ in P.ListPacksRequest() },
        MatrixRow(Methods.reviewPackServiceGet, needs: .view, in: .tenant) {
            P.GetPackRequest(id: $0.pack.description)
        },
        MatrixRow(
            Methods.reviewPackServiceIssueDownloadToken, needs: .view, in: .tenant, allowed: download,
            request: { P.IssueDownloadTokenRequest(pack: $0.pack.description) }),
        MatrixRow(
            Methods.reviewPackServiceExpire, needs: .manage, in: .tenant, uses: .pack,
            allowed: { $0 == .exists ? "OK" : $0 == .expired ? "ALREADY_EXPIRED" : "WRONG_STATE" },
            request: { P.ExpirePackRequest(id: $0.pack.description) }),
        MatrixRow(Methods.reviewPackServiceCancel, needs: .manage, in: .tenant, "WRONG_STATE") {
            P.CancelPackRequest(id: $0.pack.description)
        },
        MatrixRow(
            Methods.reviewPackServiceDownload, needs: .view, in: .tenant, allowed: download,
            request: { P.DownloadRequest(token: $0.token) }),
        MatrixRow(
            Methods.reviewPackServiceReadChunk, needs: .view, in: .tenant, allowed: download,
            request: { P.ReadChunkRequest(token: $0.token) }),
        MatrixRow(Methods.reviewPackServiceWatch, needs: .view, in: .tenant) {
            P.WatchPackRequest(id: $0.pack.description)
        },
        MatrixRow(Methods.reviewPackServiceGetCard, needs: .view, in: .tenant) { P.GetCardRequest(tenant: $0.tenant) },
    ]

    private static let download: @Sendable (ObjectState) -> String = {
        $0 == .exists ? "OK" : $0 == .expired ? "PACK_EXPIRED" : "PACK_NOT_READY"
    }

    private static let ingest = [
        MatrixRow(Methods.ingestServicePutHardening, needs: .ingest, in: .tenant, refused) {
            P.PutHardeningRequest(tenant: $0.tenant, requestID: badRequestID)
        },
        MatrixRow(Methods.ingestServiceImportReport, needs: .ingest, in: .tenant, refused) {
            P.ImportReportRequest(part: .header(P.ImportReportHeader(tenant: $0.tenant, requestID: badRequestID)))
        },
        MatrixRow(Methods.ingestServiceImportFindings, needs: .ingest, in: .tenant, refused) {
            P.ImportFindingsRequest(part: .header(P.ImportFindingsHeader(tenant: $0.tenant, requestID: badRequestID)))
        },
        MatrixRow(Methods.ingestServiceImportOperations, needs: .ingest, in: .tenant, refused) {
            P.ImportOperationsRequest(
                part: .header(P.ImportOperationsHeader(tenant: $0.tenant, requestID: badRequestID)))
        },
        MatrixRow(Methods.ingestServiceRecordScan, needs: .ingest, in: .tenant, refused) {
            P.RecordScanRequest(tenant: $0.tenant, requestID: badRequestID)
        },
    ]

    private static let directory = [
        MatrixRow(Methods.directoryServiceCreateWorkspace, needs: .administer, in: .system, refused) { _ in
            P.CreateWorkspaceRequest(name: "")
        },
        MatrixRow(Methods.directoryServiceListWorkspaces, needs: .nothing, in: .everybody) { _ in
            P.ListWorkspacesRequest()
        },
        MatrixRow(
            Methods.directoryServiceDeleteWorkspace, needs: .administer, in: .system, uses: .workspace,
            allowed: { $0 == .absent ? "NOT_FOUND" : "OK" },
            request: { P.DeleteWorkspaceRequest(workspace: $0.workspace) }),
        MatrixRow(Methods.directoryServiceCreateTenant, needs: .manageWorkspace, in: .workspace, refused) {
            P.CreateTenantRequest(workspace: $0.workspace, externalID: "no GUID", name: "New")
        },
        MatrixRow(Methods.directoryServiceListTenants, needs: .nothing, in: .everybody) {
            P.ListTenantsRequest(workspace: $0.workspace)
        },
        MatrixRow(Methods.directoryServiceGetTenant, needs: .view, in: .tenant) {
            P.GetTenantRequest(tenant: $0.tenant)
        },
        MatrixRow(Methods.directoryServiceRenameTenant, needs: .manageTenant, in: .tenant, refused) {
            P.RenameTenantRequest(tenant: $0.tenant, name: "")
        },
        MatrixRow(Methods.directoryServiceDeleteTenant, needs: .manageWorkspace, in: .tenant, uses: .tenant) {
            P.DeleteTenantRequest(tenant: $0.tenant)
        },
        MatrixRow(Methods.directoryServiceWhoAmI, needs: .nothing, in: .everybody) { _ in P.WhoAmIRequest() },
    ]

    private static let roles: [MatrixRow] = [
        (Target.tenant, Right.manageTenant, { @Sendable in P.BindingTarget(kind: .tenant($0.tenant)) }),
        (.workspace, .manageWorkspace, { @Sendable in P.BindingTarget(kind: .workspace($0.workspace)) }),
        (.system, .administer, { @Sendable (_: MatrixObject) in P.BindingTarget(kind: .system(true)) }),
    ].flatMap { place, need, target in
        [
            MatrixRow(Methods.directoryServiceGrantRole, needs: need, in: place, refused) {
                P.GrantRoleRequest(role: .viewer, target: target($0))
            },
            MatrixRow(Methods.directoryServiceRevokeRole, needs: need, in: place, refused) {
                P.RevokeRoleRequest(role: .viewer, target: target($0))
            },
            MatrixRow(Methods.directoryServiceListRoleBindings, needs: need, in: place) {
                P.ListRoleBindingsRequest(target: target($0))
            },
            MatrixRow(Methods.notificationServiceCreateAlertRule, needs: need, in: place, refused) {
                P.CreateAlertRuleRequest(event: "no event", target: target($0))
            },
            MatrixRow(
                Methods.notificationServiceListAlertRules, needs: need, in: place, place == .system ? refused : "OK"
            ) { P.ListAlertRulesRequest(target: target($0)) },
        ]
    }

    private static let operations = [
        MatrixRow(Methods.operationServiceGet, needs: .view, in: .tenant) { P.GetOperationRequest(id: $0.run) },
        MatrixRow(Methods.operationServiceList, needs: .view, in: .tenant) {
            P.ListOperationsRequest(tenant: $0.tenant)
        },
    ]

    private static let notifications = [
        MatrixRow(Methods.notificationServiceListNotifications, needs: .nothing, in: .everybody) { _ in
            P.ListNotificationsRequest()
        },
        MatrixRow(Methods.notificationServiceMarkNotificationsRead, needs: .nothing, in: .everybody) { _ in
            P.MarkNotificationsReadRequest(all: true)
        },
        MatrixRow(Methods.notificationServiceListAlertEvents, needs: .nothing, in: .everybody) { _ in
            P.ListAlertEventsRequest()
        },
        MatrixRow(
            Methods.notificationServiceDeleteAlertRule, needs: .manageTenant, in: .tenant, uses: .tenantRule
        ) { P.DeleteAlertRuleRequest(id: $0.tenantRule) },
        MatrixRow(
            Methods.notificationServiceDeleteAlertRule, needs: .manageWorkspace, in: .workspace, uses: .workspaceRule
        ) { P.DeleteAlertRuleRequest(id: $0.workspaceRule) },
    ]

    private static let maintenance = [
        MatrixRow(Methods.maintenanceServicePrune, needs: .prune, in: .system) { _ in P.PruneRequest(dryRun: true) },
        MatrixRow(
            Methods.maintenanceServiceListAuditEvents, needs: .administer, in: .system,
            allowed: { $0 == .absent ? "NOT_FOUND" : "OK" },
            request: { P.ListAuditEventsRequest(tenant: $0.tenant) }),
        MatrixRow(Methods.maintenanceServiceVerifyAuditLog, needs: .administer, in: .system) { _ in
            P.VerifyAuditLogRequest()
        },
        MatrixRow(Methods.maintenanceServiceCheck, needs: .administer, in: .system) { _ in P.CheckRequest() },
        MatrixRow(Methods.maintenanceServiceBackup, needs: .administer, in: .system) { _ in
            P.BackupRequest(withoutPacks: true)
        },
        MatrixRow(Methods.maintenanceServiceGetStats, needs: .administer, in: .system) { _ in P.GetStatsRequest() },
        MatrixRow(Methods.maintenanceServiceGetDiagnostics, needs: .administer, in: .system) { _ in
            P.GetDiagnosticsRequest()
        },
        MatrixRow(Methods.maintenanceServiceListSchedules, needs: .nothing, in: .everybody) { _ in
            P.ListSchedulesRequest()
        },
        MatrixRow(Methods.maintenanceServiceListSchedules, needs: .membership, in: .tenant) {
            P.ListSchedulesRequest(tenant: $0.tenant)
        },
    ]

    private static let health = [
        MatrixRow(Methods.healthCheck, needs: .nothing, in: .everybody) { _ in GRPCHealth.HealthCheckRequest() },
        MatrixRow(Methods.healthWatch, needs: .nothing, in: .everybody) { _ in GRPCHealth.HealthCheckRequest() },
    ]
}
