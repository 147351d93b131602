import Bytes
import Domain
import Evidence
import ReviewPackAPI
import Storage
import TTRPCNIO

/// `IngestService`: scan results coming in. Each stream is a header, then chunks; nothing is kept before its last byte
/// is good.
enum IngestHandlers {
    static func putHardening(
        _ request: Proto.PutHardeningRequest, _ context: CallContext
    ) async throws -> Proto.PutHardeningResponse {
        let tenant = try await context.tenant(request.tenant)
        let stamp = try context.stamp(for: request)
        let (settings, warnings) = try hardening(request.document, now: context.now)
        let result = try await context.store.putHardening(
            settings, warnings: warnings, of: tenant.id, inputSHA256: Digest256(hashing: request.document),
            stamp: stamp)
        var response = Proto.PutHardeningResponse()
        response.outcome =
            result.counts.inserted > 0 ? "created" : result.counts.updated > 0 ? "updated" : "unchanged"
        response.operationRunID = result.operationRunID.description
        return response
    }

    // MARK: Imports, one row a kind: the request of its header, and the answer

    static func importFindings(
        _ requests: RequestStream<Proto.ImportFindingsRequest>, _ context: CallContext
    ) async throws -> Proto.ImportFindingsResponse {
        let result = try await runImport(requests, context) { header, tenant in
            .findings(
                FindingsImportRequest(
                    tenantID: tenant, format: try format(header.format),
                    allowsTenantMismatch: header.allowTenantMismatch, skipsBadRecords: header.skipBadRecords))
        }
        return Proto.ImportFindingsResponse(result)
    }

    static func importReport(
        _ requests: RequestStream<Proto.ImportReportRequest>, _ context: CallContext
    ) async throws -> Proto.ImportReportResponse {
        let result = try await runImport(requests, context) { header, tenant in
            .report(
                ReportImportRequest(
                    tenantID: tenant, type: try reportType(header.type), measuredAt: header.measuredAt,
                    allowsTenantMismatch: header.allowTenantMismatch))
        }
        return Proto.ImportReportResponse(result)
    }

    static func importOperations(
        _ requests: RequestStream<Proto.ImportOperationsRequest>, _ context: CallContext
    ) async throws -> Proto.ImportOperationsResponse {
        let result = try await runImport(requests, context) { header, tenant in
            .operations(tenant, skipsBadRecords: header.skipBadRecords)
        }
        return Proto.ImportOperationsResponse(result)
    }

    /// Runs one import from its header to its result: pushes every chunk into a session and finishes it; whatever goes
    /// wrong on the way leaves nothing behind.
    private static func runImport<Message: ImportMessage>(
        _ requests: RequestStream<Message>, _ context: CallContext,
        _ request: (Message.Header, TenantID) throws -> ImportRequest
    ) async throws -> ImportResult {
        var messages = ImportStream(requests)
        let header = try await messages.header()
        let tenant = try await context.tenant(header.tenant)
        let stamp = try context.stamp(for: header)
        let request = try request(header, tenant.id)
        return try await context.withImportPermit {
            let session = try await context.store.beginImport(request, stamp: stamp)
            do {
                while let bytes = try await messages.nextChunk() { try await session.push(bytes) }
                try Task.checkCancellation()
                // An upload may take an hour, and the right to it may have been taken away meanwhile.
                _ = try await context.tenant(header.tenant)
                return try await session.finish()
            } catch {
                session.abort()
                throw error
            }
        }
    }

    private static func hardening(
        _ document: [UInt8], now: UnixMillis
    ) throws(ProductError) -> (HardeningSettings, IngestWarnings) {
        do {
            return try document.span.withUnsafeBytes { (bytes) throws(IngestError) in
                try HardeningDocument.parse(bytes, clock: TimeGuard(now: now))
            }
        } catch {
            throw error.productError
        }
    }

    private static func format(_ format: Proto.FindingsFormat) throws(ProductError) -> FindingFormat? {
        switch format {
        case .unspecified, .auto: nil
        case .native: .native
        case .ocsf: .ocsf
        default: throw .invalid("format", "must be auto, native or ocsf")
        }
    }
}

extension CallContext {
    /// Runs an import under one of the caller's permits.
    func withImportPermit<Value>(_ body: () async throws -> Value) async throws -> Value {
        let uid = caller.peer.uid
        try core.imports.take(uid: uid, limit: core.settings.importsPerUser)
        defer { core.imports.release(uid: uid) }
        return try await body()
    }
}
