import Domain
import ReviewPackAPI
import Storage

/// `Check` and `GetStats`: what an administrator looks at.
enum CheckHandlers {
    static func check(_ request: Proto.CheckRequest, _ context: CallContext) async throws -> Proto.CheckResponse {
        try context.admitToSystem()
        let result = try await context.store.check(
            CheckOptions(readsData: request.readData, repairs: request.repair), stamp: context.stamp())
        return Proto.CheckResponse(
            sound: result.isSound, packs: result.packs, files: result.files, bytesRead: result.bytesRead,
            auditEvents: result.auditEvents,
            problems: result.problems.map {
                Proto.CheckProblem(
                    kind: $0.kind.rawValue, subject: $0.subject, message: $0.message, repaired: $0.isRepaired)
            }, problemCount: result.problemCount)
    }

    static func getStats(
        _ request: Proto.GetStatsRequest, _ context: CallContext
    ) async throws -> Proto.GetStatsResponse {
        try context.admitToSystem()
        let figures = try await context.store.figures()
        let generations = context.core.generations.counts
        var response = Proto.GetStatsResponse()
        response.at = figures.at
        response.startedAt = context.core.startedAt
        response.serverVersion = context.core.version
        response.packsByStatus = PackStatus.allCases.map {
            Proto.PackStatusStats(status: Proto.PackStatus($0), packs: figures.packsByStatus[$0] ?? 0)
        }
        response.packBytes = figures.packBytes
        response.databaseBytes = figures.databaseBytes
        response.writeAheadLogBytes = figures.writeAheadLogBytes
        response.diskFreeBytes = figures.diskFreeBytes
        response.workspaces = figures.workspaces
        response.auditEvents = figures.auditEvents
        response.unreadNotifications = figures.unreadNotifications
        response.generationsWaiting = Int64(generations.waiting)
        response.generationsRunning = Int64(generations.running)
        response.lastPruneAt = figures.lastPruneAt
        response.tenants = figures.tenants.map {
            Proto.TenantStats(
                tenantExternalID: $0.externalID.description, tenantName: $0.name, workspace: $0.workspace,
                packs: $0.packs, packBytes: $0.packBytes, findings: $0.findings, reportBytes: $0.reportBytes)
        }
        response.tenantCount = figures.tenantCount
        return response
    }
}
