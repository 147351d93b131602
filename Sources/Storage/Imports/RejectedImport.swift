import Bytes
import Domain
import GRDB

/// An import that read records and could use none of them: nothing of it is stored, so it has failed.
struct RejectedImport: Sendable {
    var kind: ImportKind
    var record: ImportRecord

    /// The `reason_code` of its operation run.
    static let reasonCode = "all_records_rejected"
}

extension Store {
    /// Records that an import failed because every record of it was bad, and throws what its caller is told. The retry
    /// of an import that succeeded gets that one's result: its records may be bad by another clock.
    func recordRejection(
        of rejected: RejectedImport, in tenantID: TenantID, startedAt: UnixMillis, stamp: ActionStamp, digest: Digest256
    ) throws -> ImportResult {
        enum Outcome {
            case earlier(ImportResult)
            case failed(OperationRunID)
        }
        let outcome: Outcome = try writeAlone { transaction in
            if let earlier = try transaction.earlierImport(stamp, digest: digest) { return .earlier(earlier) }
            let tenant = try TenantKey.require(tenantID, transaction.database)
            return .failed(
                try transaction.recordRun(
                    of: rejected.kind, rejected.record, tenant: tenant, startedAt: startedAt, stamp: stamp,
                    failure: RejectedImport.reasonCode))
        }
        let run: OperationRunID
        switch outcome {
        case .earlier(let result): return result
        case .failed(let failed): run = failed
        }
        let count = rejected.record.counts.rejected
        var message = "none of \(count) \(count == 1 ? "record" : "records") could be used; nothing was changed"
        if let first = rejected.record.rejections.first { message += ". The first complaint: \(first)" }
        throw ProductError(
            .allRecordsRejected, message, metadata: ["operation_run": run.description, "rejected": String(count)])
    }
}
