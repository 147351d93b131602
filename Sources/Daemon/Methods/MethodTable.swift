import Domain
import ReviewPackAPI

/// The one table of methods, a row each: what it is, what it needs, whether it is audited, its limits, and its handler.
///
/// The dispatcher, the access matrix test and `Docs/RBAC.md` all come from it. A method of `Protos/` without a row, or
/// with two, keeps the service from starting (`Dispatcher`).
package enum MethodTable {
    private static let hour = Duration.seconds(3600)
    /// For what works through everything that is stored, and for what is followed.
    private static let long = MethodRow.Limits(deadline: hour, maximumDeadline: hour)
    /// Messages of an import carry chunks of 256 KiB by custom and up to 1 MiB by right.
    private static let imports = MethodRow.Limits(request: 1 << 20 | 4096, deadline: hour, maximumDeadline: hour)
    /// A document of at most 1 MiB in one message.
    private static let document = MethodRow.Limits(request: 1 << 20 | 4096)
    private static let probe = MethodRow.Limits(request: 4096, deadline: .seconds(5))
    private static let probeStream = MethodRow.Limits(request: 4096, deadline: hour, maximumDeadline: hour)

    package static let rows = reviewPacks + ingest + directory + operations + notifications + maintenance + health

    private static let reviewPacks: [MethodRow] = [
        .unary(
            Methods.reviewPackServiceGenerate, .capability(.manageReviewPacks), audited: true,
            ReviewPackHandlers.generate),
        .unary(Methods.reviewPackServiceList, .capability(.viewReviewPacks), ReviewPackHandlers.list),
        .unary(Methods.reviewPackServiceGet, .capability(.viewReviewPacks), ReviewPackHandlers.get),
        .unary(
            Methods.reviewPackServiceIssueDownloadToken, .capability(.viewReviewPacks), audited: true,
            DownloadHandlers.issueToken),
        .unary(
            Methods.reviewPackServiceExpire, .capability(.manageReviewPacks), audited: true, ReviewPackHandlers.expire),
        .unary(
            Methods.reviewPackServiceCancel, .capability(.manageReviewPacks), audited: true, ReviewPackHandlers.cancel),
        .serverStream(
            Methods.reviewPackServiceDownload, .capability(.viewReviewPacks), audited: true, limits: long,
            DownloadHandlers.download),
        .unary(
            Methods.reviewPackServiceReadChunk, .capability(.viewReviewPacks), audited: true, DownloadHandlers.readChunk
        ),
        .serverStream(
            Methods.reviewPackServiceWatch, .capability(.viewReviewPacks), limits: long, ReviewPackHandlers.watch),
        .unary(Methods.reviewPackServiceGetCard, .capability(.viewReviewPacks), PackCard.get),
    ]

    private static let ingest: [MethodRow] = [
        .unary(
            Methods.ingestServicePutHardening, .capability(.ingestTenantData), audited: true, limits: document,
            IngestHandlers.putHardening),
        .clientStream(
            Methods.ingestServiceImportReport, .capability(.ingestTenantData), audited: true, limits: imports,
            IngestHandlers.importReport),
        .clientStream(
            Methods.ingestServiceImportFindings, .capability(.ingestTenantData), audited: true, limits: imports,
            IngestHandlers.importFindings),
        .clientStream(
            Methods.ingestServiceImportOperations, .capability(.ingestTenantData), audited: true, limits: imports,
            IngestHandlers.importOperations),
        .unary(
            Methods.ingestServiceRecordScan, .capability(.ingestTenantData), audited: true, IngestHandlers.recordScan),
    ]

    private static let directory: [MethodRow] = [
        .unary(
            Methods.directoryServiceCreateWorkspace, .capability(.administerSystem), audited: true,
            DirectoryHandlers.createWorkspace),
        .unary(Methods.directoryServiceListWorkspaces, .anyone, DirectoryHandlers.listWorkspaces),
        .unary(
            Methods.directoryServiceDeleteWorkspace, .capability(.administerSystem), audited: true,
            DirectoryHandlers.deleteWorkspace),
        .unary(
            Methods.directoryServiceCreateTenant, .capability(.manageWorkspace), audited: true,
            DirectoryHandlers.createTenant),
        .unary(Methods.directoryServiceListTenants, .anyone, DirectoryHandlers.listTenants),
        .unary(Methods.directoryServiceGetTenant, .capability(.viewReviewPacks), DirectoryHandlers.getTenant),
        .unary(
            Methods.directoryServiceRenameTenant, .capability(.manageTenant), audited: true,
            DirectoryHandlers.renameTenant),
        .unary(
            Methods.directoryServiceDeleteTenant, .capability(.manageWorkspace), audited: true,
            DirectoryHandlers.deleteTenant),
        .unary(Methods.directoryServiceGrantRole, .capability(.manageTenant), audited: true, RoleBindingHandlers.grant),
        .unary(
            Methods.directoryServiceRevokeRole, .capability(.manageTenant), audited: true, RoleBindingHandlers.revoke),
        .unary(Methods.directoryServiceListRoleBindings, .capability(.manageTenant), RoleBindingHandlers.list),
        .unary(Methods.directoryServiceWhoAmI, .anyone, DirectoryHandlers.whoAmI),
    ]

    private static let operations: [MethodRow] = [
        .unary(Methods.operationServiceGet, .capability(.viewReviewPacks), OperationHandlers.get),
        .unary(Methods.operationServiceList, .capability(.viewReviewPacks), OperationHandlers.list),
    ]

    private static let notifications: [MethodRow] = [
        .unary(Methods.notificationServiceListNotifications, .anyone, NotificationHandlers.list),
        .unary(Methods.notificationServiceMarkNotificationsRead, .anyone, audited: true, NotificationHandlers.markRead),
        .unary(Methods.notificationServiceListAlertEvents, .anyone, NotificationHandlers.events),
        .unary(
            Methods.notificationServiceCreateAlertRule, .capability(.manageTenant), audited: true,
            NotificationHandlers.createRule),
        .unary(Methods.notificationServiceListAlertRules, .capability(.manageTenant), NotificationHandlers.listRules),
        .unary(
            Methods.notificationServiceDeleteAlertRule, .capability(.manageTenant), audited: true,
            NotificationHandlers.deleteRule),
    ]

    private static let maintenance: [MethodRow] = [
        .unary(
            Methods.maintenanceServicePrune, .capability(.pruneSystem), audited: true, limits: long,
            MaintenanceHandlers.prune),
        .unary(
            Methods.maintenanceServiceListAuditEvents, .capability(.administerSystem),
            MaintenanceHandlers.listAuditEvents),
        .unary(
            Methods.maintenanceServiceVerifyAuditLog, .capability(.administerSystem), limits: long,
            MaintenanceHandlers.verifyAuditLog),
        .unary(
            Methods.maintenanceServiceCheck, .capability(.administerSystem), audited: true, limits: long,
            CheckHandlers.check),
        .serverStream(
            Methods.maintenanceServiceBackup, .capability(.administerSystem), audited: true, limits: long,
            BackupHandlers.backup
        ),
        .unary(Methods.maintenanceServiceGetStats, .capability(.administerSystem), CheckHandlers.getStats),
        .unary(Methods.maintenanceServiceGetDiagnostics, .capability(.administerSystem), DiagnosticsHandlers.get),
        .unary(Methods.maintenanceServiceListSchedules, .anyone, ScheduleHandlers.list),
    ]

    private static let health: [MethodRow] = [
        .unary(Methods.healthCheck, .anyone, limits: probe, HealthHandlers.check),
        .serverStream(Methods.healthWatch, .anyone, limits: probeStream, HealthHandlers.watch),
    ]

    /// The methods of the service definitions that `rows` has no row for, or more than one.
    static func faults(in rows: [MethodRow]) -> [AnyMethodSpec] {
        Methods.all.filter { method in rows.count { $0.method == method } != 1 }
    }
}
