import AccessTesting
import Domain
import Foundation
import ReviewPackAPI

/// What the calls of the matrix name; one set of them exists, another does not.
struct AccessTargets {
    var workspace = Scene.workspace
    var tenant = Scene.tenant
    /// Of a tenant to which nothing else happens, so that generating always finds the same pack again.
    var quietTenant = Scene.otherTenant
    /// Both exist only to be deleted.
    var doomedTenant: String
    var doomedRule = Scene.absentPack
    var readyPack: String
    var expiredPack: String
    var operation: String
    /// A download token of this very caller, for the ready pack.
    var token = ""

    static let absent = AccessTargets(
        workspace: "no-such-workspace", tenant: Scene.absentTenant, quietTenant: Scene.absentTenant,
        doomedTenant: Scene.absentTenant, readyPack: Scene.absentPack, expiredPack: Scene.absentPack,
        operation: Scene.absentPack)
}

/// One row: a call, what it needs, and what it gives to those who may.
struct AccessRow {
    var call: RawCall
    var needs: Right
    var allowed: Verdict
    var target: Target

    init(_ call: RawCall, needs: Right, in target: Target = .tenant, allowed: Verdict = .ok) {
        self.call = call
        self.needs = needs
        self.target = target
        self.allowed = allowed
    }

    func verdict(for seat: Seat) -> Verdict {
        switch seat.admission(needing: needs, in: target) {
        case .allowed: allowed
        case .denied: .denied
        case .hidden: .hidden
        case .undelegated: .undelegated
        }
    }
}

/// Every method and, where its target may be a tenant, a workspace or the system, each of these, as the access matrix
/// calls it: in a way that changes nothing that another row or role depends on.
func accessRows(_ at: AccessTargets, evidence: ExampleEvidence) -> [AccessRow] {
    typealias P = Proto
    let target = P.BindingTarget(kind: .tenant(at.tenant))
    let workspace = P.BindingTarget(kind: .workspace(at.workspace))
    let system = P.BindingTarget(kind: .system(true))
    let grantee = P.Principal(kind: .uid(61_999))
    let started = UnixMillis(Int64(Date().timeIntervalSince1970 * 1000))
    return [
        AccessRow(
            RawCall(Methods.reviewPackServiceGenerate, P.GenerateRequest(tenant: at.quietTenant)), needs: .manage),
        AccessRow(RawCall(Methods.reviewPackServiceList, P.ListPacksRequest(tenant: at.tenant)), needs: .view),
        AccessRow(RawCall(Methods.reviewPackServiceGet, P.GetPackRequest(id: at.readyPack)), needs: .view),
        AccessRow(
            RawCall(Methods.reviewPackServiceIssueDownloadToken, P.IssueDownloadTokenRequest(pack: at.readyPack)),
            needs: .view),
        AccessRow(
            RawCall(Methods.reviewPackServiceExpire, P.ExpirePackRequest(id: at.expiredPack)), needs: .manage,
            allowed: .alreadyExpired),
        AccessRow(
            RawCall(Methods.reviewPackServiceCancel, P.CancelPackRequest(id: at.expiredPack)), needs: .manage,
            allowed: .wrongState),
        AccessRow(RawCall(Methods.reviewPackServiceDownload, P.DownloadRequest(token: at.token)), needs: .view),
        AccessRow(RawCall(Methods.reviewPackServiceReadChunk, P.ReadChunkRequest(token: at.token)), needs: .view),
        AccessRow(RawCall(Methods.reviewPackServiceWatch, P.WatchPackRequest(id: at.readyPack)), needs: .view),
        AccessRow(RawCall(Methods.reviewPackServiceGetCard, P.GetCardRequest(tenant: at.tenant)), needs: .view),

        AccessRow(
            RawCall(
                Methods.ingestServicePutHardening,
                P.PutHardeningRequest(tenant: at.tenant, document: evidence.hardening)), needs: .ingest),
        AccessRow(
            RawCall(
                Methods.ingestServiceImportReport,
                P.ImportReportRequest(
                    part: .header(P.ImportReportHeader(tenant: at.tenant, type: .entraAdminRoles))),
                P.ImportReportRequest(part: .chunk(evidence.report))), needs: .ingest),
        AccessRow(
            RawCall(
                Methods.ingestServiceImportFindings,
                P.ImportFindingsRequest(part: .header(P.ImportFindingsHeader(tenant: at.tenant, format: .ocsf))),
                P.ImportFindingsRequest(part: .chunk(evidence.findings))), needs: .ingest),
        AccessRow(
            RawCall(
                Methods.ingestServiceImportOperations,
                P.ImportOperationsRequest(part: .header(P.ImportOperationsHeader(tenant: at.tenant))),
                P.ImportOperationsRequest(part: .chunk(evidence.operations))), needs: .ingest),
        AccessRow(
            RawCall(
                Methods.ingestServiceRecordScan,
                P.RecordScanRequest(tenant: at.tenant, type: .entraAdminRoles, startedAt: started)), needs: .ingest),

        AccessRow(
            RawCall(Methods.directoryServiceCreateWorkspace, P.CreateWorkspaceRequest(name: Scene.workspace)),
            needs: .administer, in: .system, allowed: .alreadyExists),
        AccessRow(
            RawCall(Methods.directoryServiceListWorkspaces, P.ListWorkspacesRequest()), needs: .nothing,
            in: .everybody),
        AccessRow(
            RawCall(Methods.directoryServiceDeleteWorkspace, P.DeleteWorkspaceRequest(workspace: "no-such-workspace")),
            needs: .administer, in: .system, allowed: .hidden),
        AccessRow(
            RawCall(
                Methods.directoryServiceCreateTenant,
                P.CreateTenantRequest(workspace: at.workspace, externalID: Scene.tenant, name: "again")),
            needs: .manageWorkspace, in: .workspace, allowed: .alreadyExists),
        AccessRow(
            RawCall(Methods.directoryServiceListTenants, P.ListTenantsRequest()), needs: .nothing, in: .everybody),
        AccessRow(RawCall(Methods.directoryServiceGetTenant, P.GetTenantRequest(tenant: at.tenant)), needs: .view),
        AccessRow(
            RawCall(
                Methods.directoryServiceRenameTenant, P.RenameTenantRequest(tenant: at.tenant, name: Scene.tenantName)),
            needs: .manageTenant),
        AccessRow(
            RawCall(Methods.directoryServiceDeleteTenant, P.DeleteTenantRequest(tenant: at.doomedTenant)),
            needs: .manageWorkspace),
        AccessRow(
            RawCall(
                Methods.directoryServiceGrantRole,
                P.GrantRoleRequest(principal: grantee, role: .viewer, target: target)), needs: .manageTenant),
        AccessRow(
            RawCall(
                Methods.directoryServiceRevokeRole,
                P.RevokeRoleRequest(principal: grantee, role: .viewer, target: target)), needs: .manageTenant),
        AccessRow(
            RawCall(Methods.directoryServiceListRoleBindings, P.ListRoleBindingsRequest(target: target)),
            needs: .manageTenant),
        AccessRow(
            RawCall(
                Methods.directoryServiceGrantRole,
                P.GrantRoleRequest(principal: grantee, role: .owner, target: workspace)),
            needs: .manageWorkspace, in: .workspace),
        AccessRow(
            RawCall(Methods.directoryServiceListRoleBindings, P.ListRoleBindingsRequest(target: workspace)),
            needs: .manageWorkspace, in: .workspace),
        AccessRow(
            RawCall(
                Methods.directoryServiceRevokeRole,
                P.RevokeRoleRequest(principal: grantee, role: .owner, target: workspace)),
            needs: .manageWorkspace, in: .workspace),
        AccessRow(
            RawCall(
                Methods.directoryServiceGrantRole,
                P.GrantRoleRequest(principal: grantee, role: .delegate, target: system)),
            needs: .administer, in: .system),
        AccessRow(
            RawCall(Methods.directoryServiceListRoleBindings, P.ListRoleBindingsRequest(target: system)),
            needs: .administer, in: .system),
        AccessRow(
            RawCall(
                Methods.directoryServiceRevokeRole,
                P.RevokeRoleRequest(principal: grantee, role: .delegate, target: system)),
            needs: .administer, in: .system),
        AccessRow(RawCall(Methods.directoryServiceWhoAmI, P.WhoAmIRequest()), needs: .nothing, in: .everybody),

        AccessRow(RawCall(Methods.operationServiceGet, P.GetOperationRequest(id: at.operation)), needs: .view),
        AccessRow(RawCall(Methods.operationServiceList, P.ListOperationsRequest(tenant: at.tenant)), needs: .view),

        AccessRow(
            RawCall(Methods.notificationServiceListNotifications, P.ListNotificationsRequest()), needs: .nothing,
            in: .everybody),
        AccessRow(
            RawCall(Methods.notificationServiceMarkNotificationsRead, P.MarkNotificationsReadRequest(all: true)),
            needs: .nothing, in: .everybody),
        AccessRow(
            RawCall(Methods.notificationServiceListAlertEvents, P.ListAlertEventsRequest()), needs: .nothing,
            in: .everybody),
        AccessRow(
            RawCall(
                Methods.notificationServiceCreateAlertRule,
                P.CreateAlertRuleRequest(event: "review_pack.ready", target: target, receiver: grantee)),
            needs: .manageTenant),
        AccessRow(
            RawCall(Methods.notificationServiceListAlertRules, P.ListAlertRulesRequest(target: target)),
            needs: .manageTenant),
        AccessRow(
            RawCall(
                Methods.notificationServiceCreateAlertRule,
                P.CreateAlertRuleRequest(event: "review_pack.ready", target: workspace, receiver: grantee)),
            needs: .manageWorkspace, in: .workspace),
        AccessRow(
            RawCall(Methods.notificationServiceListAlertRules, P.ListAlertRulesRequest(target: workspace)),
            needs: .manageWorkspace, in: .workspace),
        AccessRow(
            RawCall(Methods.notificationServiceDeleteAlertRule, P.DeleteAlertRuleRequest(id: at.doomedRule)),
            needs: .manageTenant),

        AccessRow(
            RawCall(Methods.maintenanceServicePrune, P.PruneRequest(dryRun: true)), needs: .prune, in: .system),
        AccessRow(
            RawCall(Methods.maintenanceServiceListAuditEvents, P.ListAuditEventsRequest()), needs: .administer,
            in: .system),
        AccessRow(
            RawCall(Methods.maintenanceServiceVerifyAuditLog, P.VerifyAuditLogRequest()), needs: .administer,
            in: .system),
        AccessRow(
            RawCall(Methods.maintenanceServiceListSchedules, P.ListSchedulesRequest()), needs: .nothing,
            in: .everybody),

        AccessRow(
            RawCall(Methods.maintenanceServiceCheck, P.CheckRequest()), needs: .administer, in: .system),
        AccessRow(
            RawCall(Methods.maintenanceServiceBackup, P.BackupRequest(withoutPacks: true)), needs: .administer,
            in: .system),
        AccessRow(
            RawCall(Methods.maintenanceServiceGetStats, P.GetStatsRequest()), needs: .administer, in: .system),
        AccessRow(
            RawCall(Methods.maintenanceServiceGetDiagnostics, P.GetDiagnosticsRequest()), needs: .administer,
            in: .system),

        AccessRow(
            RawCall(Methods.healthCheck, GRPCHealth.HealthCheckRequest()), needs: .nothing, in: .everybody),
        AccessRow(
            RawCall(Methods.healthWatch, GRPCHealth.HealthCheckRequest()), needs: .nothing, in: .everybody),
    ]
}

/// The evidence that the scene holds already: bringing it again changes nothing.
struct ExampleEvidence {
    let findings: [UInt8]
    let report: [UInt8]
    let hardening: [UInt8]
    let operations: [UInt8]

    init() throws {
        findings = try contents(of: example("findings-run-2.ocsf.json"))
        report = try contents(of: example("admin-roles.json"))
        hardening = try contents(of: example("hardening.json"))
        operations = try contents(of: example("operations.jsonl"))
    }
}
