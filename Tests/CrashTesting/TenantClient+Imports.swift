import ClientTesting
import Crypto
import Domain
import Foundation
import ReviewPackAPI
import ReviewPackClient

/// What each kind of import sends; each returns what the service answered.
extension TenantClient {
    func importFindings(_ requestID: String, _ numbers: Range<Int>) async throws -> Proto.ImportFindingsResponse {
        let lines = numbers.map { number in
            """
            {"uid":"f-\(number)","check_id":"check-\(number % 7)","title":"Check \(number % 7)","severity":"high",\
            "status":"open","resource_type":"user","resource_uid":"user-\(number)","resource_name":"User \(number)",\
            "first_seen_at":"2026-03-01T00:00:00Z","last_seen_at":"2026-04-01T00:00:00Z","source":"crash"}
            """
        }
        return try await client.importFindings(
            Proto.ImportFindingsHeader(tenant: ledger.externalID, requestID: requestID),
            from: MemorySource(Array(lines.joined(separator: "\n").utf8)))
    }

    func importReport(_ requestID: String, _ text: String) async throws -> Proto.ImportReportResponse {
        try await client.importReport(
            Proto.ImportReportHeader(tenant: ledger.externalID, type: .permissionPosture, requestID: requestID),
            from: MemorySource(Array(text.utf8)))
    }

    func importOperations(
        _ requestID: String, _ ids: [String], _ time: Date
    ) async throws -> Proto.ImportOperationsResponse {
        let time = time.formatted(.iso8601)
        let lines = ids.map { id in
            """
            {"id":"\(id)","type":"\(Self.operationType)","status":"completed","outcome":"succeeded",\
            "started_at":"\(time)","finished_at":"\(time)","initiator":"crash","context":{}}
            """
        }
        return try await client.importOperations(
            Proto.ImportOperationsHeader(tenant: ledger.externalID, requestID: requestID),
            from: MemorySource(Array(lines.joined(separator: "\n").utf8)))
    }

    /// Of the runs that are imported.
    static let operationType = "crash.work"

    /// Records a scan that succeeded, and returns the id of its run.
    func recordScan(_ requestID: String, _ time: Date) async throws -> String {
        try await client.recordScan(
            Proto.RecordScanRequest(
                tenant: ledger.externalID, type: .permissionPosture,
                startedAt: UnixMillis(Int64(time.timeIntervalSince1970) * 1000), requestID: requestID))
    }

    func putHardening(_ checkedAt: Int64) async throws -> Proto.PutHardeningResponse {
        let time = Date(timeIntervalSince1970: TimeInterval(checkedAt)).formatted(.iso8601)
        return try await client.putHardening(
            tenant: ledger.externalID,
            document: Array(
                #"{"scope_mode":"strict","last_checked_at":"\#(time)","warnings":["\#(checkedAt)"]}"#.utf8))
    }

    static func digest(_ text: String) -> String {
        SHA256.hash(data: Array(text.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 2 ? digits : "0" + digits
        }.joined()
    }
}
