import Domain
import ReviewPackAPI
import Storage

extension IngestHandlers {
    /// The age at which a scan can no longer be recorded.
    private static let oldestStartDays = 7

    /// Records how a scan ended that a collector ran outside of the daemon.
    static func recordScan(
        _ request: Proto.RecordScanRequest, _ context: CallContext
    ) async throws -> Proto.RecordScanResponse {
        let tenant = try await context.tenant(request.tenant)
        let stamp = try context.stamp(for: request)
        let scan = ScanOutcome(
            type: try reportType(request.type), startedAt: try start(request.startedAt, now: context.now),
            failure: try failure(request.reasonCode), importRunID: try importRun(request.importRunID))
        let id = try await context.store.recordScan(scan, of: tenant.id, stamp: stamp)
        return Proto.RecordScanResponse(operationRunID: id.description)
    }

    static func reportType(_ type: Proto.ReportType) throws(ProductError) -> ReportType {
        guard let raw = UInt8(exactly: type.rawValue), let type = ReportType(rawValue: raw) else {
            throw .invalid("type", "must be permission_posture or entra.admin_roles")
        }
        return type
    }

    private static func start(_ time: UnixMillis?, now: UnixMillis) throws(ProductError) -> UnixMillis {
        guard let time else { throw .invalid("started_at", "must be set") }
        // A start that has not come yet the store refuses, by the rule of every import.
        guard time >= now.advanced(byDays: -oldestStartDays) else {
            throw .invalid("started_at", "must lie in the last \(oldestStartDays) days")
        }
        return time
    }

    private static func failure(_ word: String?) throws(ProductError) -> ScanFailure? {
        guard let word else { return nil }
        guard let failure = ScanFailure(rawValue: word) else {
            throw .invalid(
                "reason_code", "must be one of \(ScanFailure.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return failure
    }

    private static func importRun(_ text: String?) throws(ProductError) -> OperationRunID? {
        guard let text else { return nil }
        guard let id = OperationRunID(text) else { throw .invalid("import_run_id", "must be a UUID") }
        return id
    }
}
