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
}

