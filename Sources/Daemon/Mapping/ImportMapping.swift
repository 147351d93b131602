import Bytes
import Domain
import ReviewPackAPI
import Storage

extension Proto.ImportFindingsResponse {
    init(_ result: ImportResult) {
        self.init()
        read = result.counts.read
        inserted = result.counts.inserted
        updated = result.counts.updated
        reopened = result.counts.reopened
        resolved = result.counts.resolved
        unchanged = result.counts.unchanged
        countedOnly = result.counts.counted
        merged = result.counts.duplicates
        rejected = result.counts.rejected
        operationRunID = result.operationRunID.description
        inputSHA256 = result.inputSHA256.bytes
        warnings = Array(result.warnings.prefix(20))
        warningCount = Int64(result.warnings.count)
        rejections = result.rejections
        runID = result.run?.id
        runAt = result.run?.at.flatMap { UnixMillis(rfc3339: $0) }
        format = result.run?.format.flatMap { Proto.FindingsFormat(word: $0) } ?? .unspecified
    }
}

extension Proto.ImportReportResponse {
    init(_ result: ImportResult) {
        self.init()
        outcome = result.counts.inserted > 0 ? "created" : result.counts.updated > 0 ? "moved" : "unchanged"
        if let report = result.report {
            fingerprint = Digest256(hex: report.fingerprint)?.bytes ?? []
            measuredAt = UnixMillis(rfc3339: report.measuredAt)
            payloadBytes = report.payloadBytes
            latest = report.isLatest
        }
        operationRunID = result.operationRunID.description
        warnings = result.warnings
    }
}

extension Proto.ImportOperationsResponse {
    init(_ result: ImportResult) {
        self.init()
        read = result.counts.read
        inserted = result.counts.inserted
        updated = result.counts.updated
        unchanged = result.counts.unchanged
        rejected = result.counts.rejected
        operationRunID = result.operationRunID.description
        inputSHA256 = result.inputSHA256.bytes
        rejections = result.rejections
    }
}
