import Bytes
import Domain
import ReviewPackAPI
import Storage

/// `GetDiagnostics`: what `reviewpackctl doctor` cannot see from outside.
enum DiagnosticsHandlers {
    static func get(
        _ request: Proto.GetDiagnosticsRequest, _ context: CallContext
    ) async throws -> Proto.GetDiagnosticsResponse {
        try context.admitToSystem()
        let found = try await context.store.diagnostics()
        var response = Proto.GetDiagnosticsResponse()
        response.at = found.at
        response.schemaVersion = found.schemaVersion
        response.schemaExpected = found.schemaExpected
        response.databaseSettings = found.settings.map {
            Proto.DatabaseSetting(name: $0.name, value: $0.value, expected: $0.expected)
        }
        response.sqliteVersion = found.sqliteVersion
        response.databaseBytes = found.databaseBytes
        response.diskFreeBytes = found.disk.freeBytes
        response.diskBytes = found.disk.bytes
        response.freeInodes = found.disk.freeInodes
        response.inodes = found.disk.inodes
        response.reserveBytes = found.reserveBytes
        response.reserveExpectedBytes = found.reserveExpectedBytes
        response.stateDirectory = found.stateDirectory
        response.stateUID = found.stateUID
        response.stateMode = found.stateMode
        response.daemonUID = found.daemonUID
        response.tokenKeys = context.core.tokens.keys.keys.map {
            Proto.TokenKeyInfo(id: $0.name, createdAt: $0.createdAt)
        }
        response.auditEvents = found.auditEvents
        response.auditHeadHash = found.auditHeadHash.bytes
        response.auditHeadAt = found.auditHeadAt
        response.auditHeadMatches = found.auditHeadMatches
        response.lastPruneAt = found.lastPruneAt
        return response
    }
}
