import ReviewPackStore
import ReviewPackWire

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
        warnings = result.warnings
    }
}

extension Proto.ImportReportResponse {
    init(_ result: ImportResult) {
        self.init()
        outcome = result.counts.inserted > 0 ? "created" : "unchanged"
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
    }
}
