// The public signatures ahead of their bodies; this file goes away with the implementation.
import Logging
import ReviewPackModel

/// Stages and applies one findings import; `finish` or `abort` ends it, and dropping it aborts.
public final class FindingsImport: Sendable {
    public func push(_ bytes: [UInt8]) async throws {}
    public func finish() async throws -> ImportResult { fatalError() }
    public func abort() {}
}

public final class ReportImport: Sendable {
    public func push(_ bytes: [UInt8]) async throws {}
    public func finish() async throws -> ImportResult { fatalError() }
    public func abort() {}
}

public final class OperationsImport: Sendable {
    public func push(_ bytes: [UInt8]) async throws {}
    public func finish() async throws -> ImportResult { fatalError() }
    public func abort() {}
}

/// `TenantEvidence` over one read transaction.
public final class StoredEvidence: TenantEvidence {
    public var workspaceName: String { fatalError() }
    public var workspaceID: WorkspaceID { fatalError() }
    public var tenantID: TenantID { fatalError() }
    public var tenantExternalID: TenantExternalID { fatalError() }
    public var tenantName: String { fatalError() }
    public func fingerprint(options: PackOptions) throws -> Digest256 { fatalError() }
    public func hardening() throws -> HardeningSettings? { fatalError() }
    public func report(_ type: ReportType) throws -> ReportRecord? { fatalError() }
    public func readPayload(of type: ReportType, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {}
    public func forEachFinding(_ body: (borrowing FindingRow) throws -> Void) throws {}
    public func forEachOperation(
        since start: UnixMillis, excluding excluded: OperationRunID?, _ body: (OperationRecord) throws -> Void
    ) throws {}
    public func sources() throws -> [SourceFreshness] { fatalError() }
    public func forEachIdentity(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {}
}

/// Synchronous look-ups of single rows on one connection of their own, for an event loop: microseconds, no queue.
/// Use it from one thread at a time.
public final class PointReader {
    public func pack(_ id: PackID) throws -> PackRecord? { fatalError() }
    public func tenant(_ id: TenantID) throws -> TenantRecord? { fatalError() }
    public func tenant(externalID: TenantExternalID) throws -> TenantRecord? { fatalError() }
    public func workspace(_ id: WorkspaceID) throws -> WorkspaceRecord? { fatalError() }
    public func blockDigests(of pack: PackID) throws -> [Digest256] { fatalError() }
}

extension Store {
    public func recover() async throws -> RecoveryReport { fatalError() }
    public func makePointReader() throws -> PointReader { fatalError() }
}

// Access and directory.
extension Store {
    public func createWorkspace(name: String, stamp: ActionStamp) async throws -> WorkspaceRecord { fatalError() }
    public func workspace(_ id: WorkspaceID) async throws -> WorkspaceRecord? { fatalError() }
    public func workspace(named name: String) async throws -> WorkspaceRecord? { fatalError() }
    public func listWorkspaces(
        visible: VisibleScopes, page: PageRequest<NameCursor>
    ) async throws -> PageResult<WorkspaceRecord, NameCursor> { fatalError() }
    public func deleteWorkspace(_ id: WorkspaceID, stamp: ActionStamp) async throws {}

    public func createTenant(
        in workspace: WorkspaceID, externalID: TenantExternalID, name: String, stamp: ActionStamp
    ) async throws -> TenantRecord { fatalError() }
    public func tenant(_ id: TenantID) async throws -> TenantRecord? { fatalError() }
    public func tenant(externalID: TenantExternalID) async throws -> TenantRecord? { fatalError() }
    public func listTenants(
        workspace: WorkspaceID?, visible: VisibleScopes, page: PageRequest<NameCursor>
    ) async throws -> PageResult<TenantRecord, NameCursor> { fatalError() }
    public func renameTenant(_ id: TenantID, to name: String, stamp: ActionStamp) async throws -> TenantRecord {
        fatalError()
    }
    public func deleteTenant(_ id: TenantID, stamp: ActionStamp) async throws {}
    public func tenantOverview(_ id: TenantID) async throws -> TenantOverview? { fatalError() }

    /// False when the binding existed already; then nothing is written.
    public func grant(_ binding: RoleBinding, stamp: ActionStamp) async throws -> Bool { fatalError() }
    /// Throws NOT_FOUND when there is no such binding.
    public func revoke(_ binding: RoleBinding, stamp: ActionStamp) async throws {}
    public func listBindings(
        of scope: AccessScope, page: PageRequest<BindingCursor>
    ) async throws -> PageResult<RoleBindingRecord, BindingCursor> { fatalError() }
}

// Imports.
extension Store {
    public func beginFindingsImport(_ request: FindingsImportRequest, stamp: ActionStamp) async throws -> FindingsImport
    {
        fatalError()
    }
    public func beginReportImport(_ request: ReportImportRequest, stamp: ActionStamp) async throws -> ReportImport {
        fatalError()
    }
    public func beginOperationsImport(into tenant: TenantID, stamp: ActionStamp) async throws -> OperationsImport {
        fatalError()
    }
    public func putHardening(
        _ settings: HardeningSettings, of tenant: TenantID, inputSHA256: Digest256, stamp: ActionStamp
    ) async throws -> ImportResult { fatalError() }
    /// Records a scan that ended without data, or the outcome of one whose data came by another import.
    public func recordScan(_ run: OperationRecord, of tenant: TenantID, stamp: ActionStamp) async throws {}
}

// Evidence.
extension Store {
    /// Runs `body` on a thread of its own inside one read transaction; NOT_FOUND when there is no such tenant.
    public func withEvidence<Value: Sendable>(
        of tenant: TenantID, _ body: @escaping @Sendable (StoredEvidence) throws -> Value
    ) async throws -> Value { fatalError() }
}

// Packs.
extension Store {
    public func requestGeneration(_ request: GenerationRequest, stamp: ActionStamp) async throws -> GenerationOutcome {
        fatalError()
    }
    public func markGenerating(_ pack: PackID) async throws -> PackRecord { fatalError() }
    /// The pack as it now stands: ready, or failed with `superseded`.
    public func completePack(_ completion: PackCompletion) async throws -> PackRecord { fatalError() }
    /// The pack as it now stands; a pack that is no longer active stays as it is.
    public func failPack(_ pack: PackID, reason: FailureReason) async throws -> PackRecord { fatalError() }
    public func expirePack(_ pack: PackID, stamp: ActionStamp) async throws -> PackRecord { fatalError() }

    public func pack(_ id: PackID) async throws -> PackRecord? { fatalError() }
    public func newestPack(of tenant: TenantID) async throws -> PackRecord? { fatalError() }
    /// Visible packs whose id begins or ends with the digits, newest first, at most `limit`.
    public func packs(matching fragment: IDFragment, visible: VisibleScopes, limit: Int) async throws -> [PackRecord] {
        fatalError()
    }
    public func listPacks(
        _ filter: PackFilter, sort: PackSort, visible: VisibleScopes, page: PageRequest<PackCursor>
    ) async throws -> PageResult<PackRecord, PackCursor> { fatalError() }
    public func blockDigests(of pack: PackID) async throws -> [Digest256] { fatalError() }
}

// Prune.
extension Store {
    public func planPrune(_ options: PruneOptions) async throws -> PrunePlan { fatalError() }
    public func prune(_ options: PruneOptions, stamp: ActionStamp) async throws -> PruneResult { fatalError() }
}

// Operations, notifications, alert rules.
extension Store {
    public func operationRun(_ id: OperationRunID, visible: VisibleScopes) async throws -> OperationRunRecord? {
        fatalError()
    }
    public func operationRuns(
        matching fragment: IDFragment, visible: VisibleScopes, limit: Int
    ) async throws -> [OperationRunRecord] { fatalError() }
    public func listOperationRuns(
        _ filter: OperationFilter, visible: VisibleScopes, page: PageRequest<OperationCursor>
    ) async throws -> PageResult<OperationRunRecord, OperationCursor> { fatalError() }
    /// The newest run of a type; nil when there never was one.
    public func latestRun(
        of type: OperationType, tenant: TenantID?, outcome: OperationOutcome?
    ) async throws -> OperationRunRecord? { fatalError() }

    public func listNotifications(
        for recipients: [Principal], unreadOnly: Bool, page: PageRequest<NotificationCursor>
    ) async throws -> PageResult<NotificationRecord, NotificationCursor> { fatalError() }
    /// Marks those of `ids` (nil: all) that belong to `recipients`; returns how many were unread before.
    public func markRead(_ ids: [UUIDValue]?, for recipients: [Principal], stamp: ActionStamp) async throws -> Int {
        fatalError()
    }
    public func unreadCount(for recipients: [Principal]) async throws -> Int { fatalError() }

    public func createAlertRule(
        _ event: AlertEvent, scope: AccessScope, receiver: Principal, stamp: ActionStamp
    ) async throws -> AlertRuleRecord { fatalError() }
    public func alertRule(_ id: UUIDValue) async throws -> AlertRuleRecord? { fatalError() }
    public func listAlertRules(
        of scope: AccessScope, page: PageRequest<NameCursor>
    ) async throws -> PageResult<AlertRuleRecord, NameCursor> { fatalError() }
    public func deleteAlertRule(_ id: UUIDValue, stamp: ActionStamp) async throws {}
    /// Notifies the receivers of an alert once per `key` (an event that is evaluated again and again); false when it was raised
    /// before.
    public func raise(_ alert: Alert, onceFor key: String) async throws -> Bool { fatalError() }
}
