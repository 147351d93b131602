import Domain
import Foundation

@testable import Storage

/// Native findings, one line each.
enum Native {
    static func line(_ number: Int, status: String = "open", seen: String = "2026-02-01T00:00:00Z") -> String {
        """
        {"uid":"u\(number)","check_id":"c\(number % 3)","title":"Title \(number % 3)","severity":"high",\
        "status":"\(status)","resource_type":"user","resource_uid":"r\(number)","resource_name":"Person \(number)",\
        "first_seen_at":"2026-01-01T00:00:00Z","last_seen_at":"\(seen)","detail":"Detail \(number)"}

        """
    }

    static func lines(_ count: Int, status: String = "open", seen: String = "2026-02-01T00:00:00Z") -> [UInt8] {
        Array((0..<count).map { line($0, status: status, seen: seen) }.joined().utf8)
    }
}

/// OCSF detection findings as Prowler writes them, one run.
enum OCSF {
    static func run(_ id: String, at time: String, _ records: [(check: String, resource: String, result: String)])
        -> [UInt8]
    {
        let lines = records.map { record in
            """
            {"class_uid":2004,"metadata":{"event_code":"\(record.check)","version":"1.4.0","product":{"name":"Prowler",\
            "version":"5.0"}},"severity":"High","severity_id":4,"status":"New","status_id":1,\
            "status_code":"\(record.result)",\
            "finding_info":{"uid":"x-\(record.check)-\(record.resource)","title":"Title \(record.check)","desc":"Text",\
            "created_time_dt":"\(time)"},"time_dt":"\(time)","resources":[{"uid":"\(record.resource)",\
            "name":"\(record.resource)","type":"user"}],"unmapped":{"scan_id":"\(id)"}}
            """
        }
        return Array(("[" + lines.joined(separator: ",") + "]").utf8)
    }
}

/// Operation runs, one line each.
enum Runs {
    static func line(
        _ id: OperationRunID, _ outcome: String = "succeeded", context: String = #"{"reason_code":"r"}"#
    ) -> String {
        """
        {"id":"\(id)","type":"x.scan","status":"completed","outcome":"\(outcome)","started_at":"2026-02-01T00:00:00Z",\
        "finished_at":"2026-02-01T00:01:00Z","initiator":"cron","context":\(context)}

        """
    }
}

extension TestStore {
    func importFindings(
        _ bytes: [UInt8], into tenant: TenantRecord, stamp: ActionStamp = TestStore.owner, mismatch: Bool = false,
        chunk: Int = 1000
    ) async throws -> ImportResult {
        let session = try await store.beginFindingsImport(
            FindingsImportRequest(tenantID: tenant.id, allowsTenantMismatch: mismatch), stamp: stamp)
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            try await session.push(Array(bytes[start..<min(start + chunk, bytes.count)]))
        }
        return try await session.finish()
    }

    func importReport(
        _ text: String, _ type: ReportType = .entraAdminRoles, into tenant: TenantRecord, at time: UnixMillis? = nil,
        stamp: ActionStamp = TestStore.owner
    ) async throws -> ImportResult {
        let session = try await store.beginReportImport(
            ReportImportRequest(tenantID: tenant.id, type: type, measuredAt: time), stamp: stamp)
        try await session.push(Array(text.utf8))
        return try await session.finish()
    }

    func importOperations(_ text: String, into tenant: TenantRecord) async throws -> ImportResult {
        let session = try await store.beginOperationsImport(into: tenant.id, stamp: TestStore.owner)
        try await session.push(Array(text.utf8))
        return try await session.finish()
    }
}

extension Store {
    /// Runs `body` with the tenant's evidence in one snapshot.
    func withEvidence<Value: Sendable>(
        of tenant: TenantID, _ body: @escaping @Sendable (StoredEvidence) throws -> Value
    ) async throws -> Value {
        try await withSnapshots(of: tenant) { try $0.read(body) }
    }

    func beginFindingsImport(_ request: FindingsImportRequest, stamp: ActionStamp) async throws -> ImportSession {
        try await beginImport(.findings(request), stamp: stamp)
    }

    func beginReportImport(_ request: ReportImportRequest, stamp: ActionStamp) async throws -> ImportSession {
        try await beginImport(.report(request), stamp: stamp)
    }

    func beginOperationsImport(
        into tenant: TenantID, skipsBadRecords: Bool = false, stamp: ActionStamp
    ) async throws -> ImportSession {
        try await beginImport(.operations(tenant, skipsBadRecords: skipsBadRecords), stamp: stamp)
    }
}
