// The public signatures ahead of their bodies; this file goes away with the implementation.
import Logging
import ReviewPackModel

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

// Imports.
extension Store {
    public func beginReportImport(_ request: ReportImportRequest, stamp: ActionStamp) async throws -> ReportImport {
        fatalError()
    }
    public func beginOperationsImport(into tenant: TenantID, stamp: ActionStamp) async throws -> OperationsImport {
        fatalError()
    }
    public func putHardening(
        _ settings: HardeningSettings, of tenant: TenantID, inputSHA256: Digest256, stamp: ActionStamp
    ) async throws -> ImportResult { fatalError() }
}

// Prune.
extension Store {
    public func planPrune(_ options: PruneOptions) async throws -> PrunePlan { fatalError() }
    public func prune(_ options: PruneOptions, stamp: ActionStamp) async throws -> PruneResult { fatalError() }
}
