import Domain
import ReviewPackAPI

/// The one table of methods: the dispatcher, the access matrix test and `Docs/RBAC.md` all come from it.
///
/// A test compares it with the methods of `Protos/`, so that neither can have a method that the other lacks.
public enum MethodTable {
    /// Messages of an import carry chunks of 256 KiB by custom and up to 1 MiB by right.
    private static let chunkLimit = 1 << 20 | 4096
    private static let hardeningLimit = 1 << 20 | 4096
    private static let hour = Duration.seconds(3600)

    public static let rows: [MethodRow] = [
        MethodRow(
            Methods.reviewPackServiceGenerate.erased, .capability(.manageReviewPacks), audited: true, idempotent: false),
        MethodRow(Methods.reviewPackServiceList.erased, .capability(.viewReviewPacks)),
        MethodRow(Methods.reviewPackServiceGet.erased, .capability(.viewReviewPacks)),
        MethodRow(
            Methods.reviewPackServiceIssueDownloadToken.erased, .capability(.viewReviewPacks), audited: true,
            idempotent: false),
        MethodRow(
            Methods.reviewPackServiceExpire.erased, .capability(.manageReviewPacks), audited: true, idempotent: false),
        MethodRow(
            Methods.reviewPackServiceCancel.erased, .capability(.manageReviewPacks), audited: true, idempotent: false),
        MethodRow(
            Methods.reviewPackServiceDownload.erased, .capability(.viewReviewPacks), audited: true, deadline: hour,
            maximumDeadline: hour),
        MethodRow(Methods.reviewPackServiceReadChunk.erased, .capability(.viewReviewPacks), audited: true),
        MethodRow(
            Methods.reviewPackServiceWatch.erased, .capability(.viewReviewPacks), deadline: hour, maximumDeadline: hour),
        MethodRow(Methods.reviewPackServiceGetCard.erased, .capability(.viewReviewPacks)),

        MethodRow(
            Methods.ingestServicePutHardening.erased, .capability(.ingestTenantData), audited: true,
            requestLimit: hardeningLimit),
        MethodRow(
            Methods.ingestServiceImportReport.erased, .capability(.ingestTenantData), audited: true,
            requestLimit: chunkLimit, deadline: hour, maximumDeadline: hour),
        MethodRow(
            Methods.ingestServiceImportFindings.erased, .capability(.ingestTenantData), audited: true,
            requestLimit: chunkLimit, deadline: hour, maximumDeadline: hour),
        MethodRow(
            Methods.ingestServiceImportOperations.erased, .capability(.ingestTenantData), audited: true,
            requestLimit: chunkLimit, deadline: hour, maximumDeadline: hour),
        MethodRow(
            Methods.ingestServiceRecordScan.erased, .capability(.ingestTenantData), audited: true),

        MethodRow(
            Methods.directoryServiceCreateWorkspace.erased, .capability(.administerSystem), audited: true,
            idempotent: false),
        MethodRow(Methods.directoryServiceListWorkspaces.erased, .anyone),
        MethodRow(
            Methods.directoryServiceDeleteWorkspace.erased, .capability(.administerSystem), audited: true,
            idempotent: false),
        MethodRow(
            Methods.directoryServiceCreateTenant.erased, .capability(.manageWorkspace), audited: true, idempotent: false
        ),
        MethodRow(Methods.directoryServiceListTenants.erased, .anyone),
        MethodRow(Methods.directoryServiceGetTenant.erased, .capability(.viewReviewPacks)),
        MethodRow(Methods.directoryServiceRenameTenant.erased, .capability(.manageTenant), audited: true),
        MethodRow(
            Methods.directoryServiceDeleteTenant.erased, .capability(.manageWorkspace), audited: true, idempotent: false
        ),
        MethodRow(Methods.directoryServiceGrantRole.erased, .capability(.manageTenant), audited: true),
        MethodRow(
            Methods.directoryServiceRevokeRole.erased, .capability(.manageTenant), audited: true, idempotent: false),
        MethodRow(Methods.directoryServiceListRoleBindings.erased, .capability(.manageTenant)),
        MethodRow(Methods.directoryServiceWhoAmI.erased, .anyone),

        MethodRow(Methods.operationServiceGet.erased, .capability(.viewReviewPacks)),
        MethodRow(Methods.operationServiceList.erased, .capability(.viewReviewPacks)),

        MethodRow(Methods.notificationServiceListNotifications.erased, .anyone),
        MethodRow(Methods.notificationServiceMarkNotificationsRead.erased, .anyone, audited: true),
        MethodRow(Methods.notificationServiceListAlertEvents.erased, .anyone),
        MethodRow(
            Methods.notificationServiceCreateAlertRule.erased, .capability(.manageTenant), audited: true,
            idempotent: false),
        MethodRow(Methods.notificationServiceListAlertRules.erased, .capability(.manageTenant)),
        MethodRow(
            Methods.notificationServiceDeleteAlertRule.erased, .capability(.manageTenant), audited: true,
            idempotent: false),

        MethodRow(
            Methods.maintenanceServicePrune.erased, .capability(.pruneSystem), audited: true, deadline: hour,
            maximumDeadline: hour),
        MethodRow(Methods.maintenanceServiceListAuditEvents.erased, .capability(.administerSystem)),
        MethodRow(
            Methods.maintenanceServiceVerifyAuditLog.erased, .capability(.administerSystem), deadline: hour,
            maximumDeadline: hour),

        MethodRow(
            Methods.maintenanceServiceCheck.erased, .capability(.administerSystem), audited: true, deadline: hour,
            maximumDeadline: hour),
        MethodRow(
            Methods.maintenanceServiceBackup.erased, .capability(.administerSystem), audited: true, deadline: hour,
            maximumDeadline: hour),
        MethodRow(Methods.maintenanceServiceGetStats.erased, .capability(.administerSystem)),
        MethodRow(Methods.maintenanceServiceGetDiagnostics.erased, .capability(.administerSystem)),
        MethodRow(Methods.maintenanceServiceListSchedules.erased, .anyone),

        MethodRow(Methods.healthCheck.erased, .anyone, requestLimit: 4096, deadline: .seconds(5)),
        MethodRow(Methods.healthWatch.erased, .anyone, requestLimit: 4096, deadline: hour, maximumDeadline: hour),
    ]

    /// The rows by service, then method.
    static let index: [String: [String: MethodRow]] = Dictionary(grouping: rows, by: \.method.service).mapValues {
        Dictionary(uniqueKeysWithValues: $0.map { ($0.method.name, $0) })
    }
}
