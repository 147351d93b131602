import GRDB
import ReviewPackModel

/// An import that read records and could use none of them: nothing of it is stored, so it has failed.
struct RejectedImport: Sendable {
    var kind: ImportKind
    var record: ImportRecord

    /// The `reason_code` of its operation run.
    static let reasonCode = "all_records_rejected"
}

extension Store {
    /// Records that an import failed because every record of it was bad; returns what its caller is told.
    func recordRejection(
        of rejected: RejectedImport, in tenantID: TenantID, startedAt: UnixMillis, stamp: ActionStamp
    ) throws -> ProductError {
        let run = try writeAlone { transaction in
            let tenant = try TenantKey.require(tenantID, transaction.database)
            return try transaction.recordRun(
                of: rejected.kind, rejected.record, tenant: tenant, startedAt: startedAt, stamp: stamp,
                failure: RejectedImport.reasonCode)
        }
        let count = rejected.record.counts.rejected
        var message = "none of \(count) \(count == 1 ? "record" : "records") could be used; nothing was changed"
        if let first = rejected.record.rejections.first { message += ". The first complaint: \(first)" }
        return ProductError(
            .allRecordsRejected, message, metadata: ["operation_run": run.description, "rejected": String(count)])
    }
}
