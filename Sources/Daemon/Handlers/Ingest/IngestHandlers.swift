import Bytes
import Domain
import Evidence
import ReviewPackAPI
import Storage

/// `IngestService`: scan results coming in. Each stream is a header, then chunks; nothing is kept before its last byte
/// is good.
enum IngestHandlers {
    static func register(in table: inout RouteTable) {
        table.unary(Methods.ingestServicePutHardening, putHardening)
        table.clientStream(Methods.ingestServiceImportReport, importReport)
        table.clientStream(Methods.ingestServiceImportFindings, importFindings)
        table.clientStream(Methods.ingestServiceImportOperations, importOperations)
        table.unary(Methods.ingestServiceRecordScan, recordScan)
    }

    static func putHardening(
        _ request: Proto.PutHardeningRequest, _ context: CallContext
    ) async throws -> Proto.PutHardeningResponse {
        let tenant = try await context.tenant(request.tenant)
        var unkeyed = request
        unkeyed.requestID = nil
        let stamp = try context.stamp(requestID: request.requestID, unkeyed: unkeyed)
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

    static func importFindings(
        _ requests: RequestStream<Proto.ImportFindingsRequest>, _ context: CallContext
    ) async throws -> Proto.ImportFindingsResponse {
        var messages = ImportStream(requests)
        let header = try await messages.header()
        let tenant = try await context.tenant(header.tenant)
        var unkeyed = header
        unkeyed.requestID = nil
        let stamp = try context.stamp(requestID: header.requestID, unkeyed: unkeyed)
        let request = FindingsImportRequest(
            tenantID: tenant.id, format: try format(header.format), allowsTenantMismatch: header.allowTenantMismatch,
            skipsBadRecords: header.skipBadRecords)
        let result = try await context.withImportPermit {
            let session = try await context.store.beginFindingsImport(request, stamp: stamp)
            return try await feed(session, of: header.tenant, context) { try await messages.nextChunk() }
        }
        return Proto.ImportFindingsResponse(result)
    }

    static func importReport(
        _ requests: RequestStream<Proto.ImportReportRequest>, _ context: CallContext
    ) async throws -> Proto.ImportReportResponse {
        var messages = ImportStream(requests)
        let header = try await messages.header()
        let tenant = try await context.tenant(header.tenant)
        var unkeyed = header
        unkeyed.requestID = nil
        let stamp = try context.stamp(requestID: header.requestID, unkeyed: unkeyed)
        guard let raw = UInt8(exactly: header.type.rawValue), let type = ReportType(rawValue: raw) else {
            throw ProductError.invalid("type", "must be permission_posture or entra.admin_roles")
        }
        let request = ReportImportRequest(
            tenantID: tenant.id, type: type, measuredAt: header.measuredAt,
            allowsTenantMismatch: header.allowTenantMismatch)
        let result = try await context.withImportPermit {
            let session = try await context.store.beginReportImport(request, stamp: stamp)
            return try await feed(session, of: header.tenant, context) { try await messages.nextChunk() }
        }
        return Proto.ImportReportResponse(result)
    }

    static func importOperations(
        _ requests: RequestStream<Proto.ImportOperationsRequest>, _ context: CallContext
    ) async throws -> Proto.ImportOperationsResponse {
        var messages = ImportStream(requests)
        let header = try await messages.header()
        let tenant = try await context.tenant(header.tenant)
        var unkeyed = header
        unkeyed.requestID = nil
        let stamp = try context.stamp(requestID: header.requestID, unkeyed: unkeyed)
        let result = try await context.withImportPermit {
            let session = try await context.store.beginOperationsImport(
                into: tenant.id, skipsBadRecords: header.skipBadRecords, stamp: stamp)
            return try await feed(session, of: header.tenant, context) { try await messages.nextChunk() }
        }
        return Proto.ImportOperationsResponse(result)
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

    /// Pushes every chunk into the session and finishes it; whatever goes wrong on the way leaves nothing behind.
    private static func feed<Session: ImportSession>(
        _ session: Session, of tenant: String, _ context: CallContext, _ next: () async throws -> [UInt8]?
    ) async throws -> Session.Outcome {
        do {
            while let bytes = try await next() { try await session.push(bytes) }
            try Task.checkCancellation()
            // An upload may take an hour, and the right to it may have been taken away meanwhile.
            _ = try await context.tenant(tenant)
            return try await session.finish()
        } catch {
            session.abort()
            throw error
        }
    }

    private static func format(_ format: Proto.FindingsFormat) throws(ProductError) -> FindingsImportRequest.Format {
        switch format {
        case .unspecified, .auto: .auto
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
