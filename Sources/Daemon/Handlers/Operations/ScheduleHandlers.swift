import Domain
import ReviewPackAPI
import Storage

/// `MaintenanceService/ListSchedules`: what timers do day by day, and how it last went.
enum ScheduleHandlers {
    /// Both scans and prune are daily; what a timer really does, the service manager alone knows.
    static let cadenceSeconds: Int64 = 86_400
    /// Prune is overdue when it missed a day; it has no setting of its own.
    private static let pruneStaleAfterHours = 48

    /// The scans of one tenant, or of all that the caller is a member of, a page of tenants at a time; on the first
    /// page also prune, for those who may prune.
    static func list(
        _ request: Proto.ListSchedulesRequest, _ context: CallContext
    ) async throws -> Proto.ListSchedulesResponse {
        var tenant: TenantRecord?
        if let text = request.tenant { tenant = try await context.tenant(text, needing: .member) }
        let visible: VisibleScopes =
            tenant.map { .some(workspaces: [], tenants: [$0.id]) } ?? context.access.memberScopes
        let page: PageRequest<TenantCursor> = try PageRequest(request)
        let result = try await context.store.listTenantScans(visible: visible, page: page)
        var response = Proto.ListSchedulesResponse()
        if tenant == nil, page.after == nil, context.access.systemStanding.capabilities.contains(.pruneSystem) {
            response.schedules.append(try await prune(context))
        }
        for entry in result.items {
            response.schedules += ReportType.allCases.map { scan($0, of: entry, context) }
        }
        response.nextPageToken = result.nextToken(of: request)
        return response
    }

    private static func prune(_ context: CallContext) async throws -> Proto.Schedule {
        let history = try await context.store.systemRuns(of: .prune)
        var schedule = Proto.Schedule(history)
        schedule.name = "prune"
        // A service that never pruned is overdue at once: nothing says since when it exists.
        schedule.stale = Staleness.isStale(
            lastSuccessAt: history.lastSuccessAt, existingSince: .earliest, now: context.now,
            limitHours: pruneStaleAfterHours)
        return schedule
    }

    private static func scan(_ type: ReportType, of entry: TenantScans, _ context: CallContext) -> Proto.Schedule {
        let history = entry.scans[type] ?? RunHistory()
        var schedule = Proto.Schedule(history)
        schedule.name = type.word
        schedule.tenantExternalID = entry.tenant.externalID.description
        schedule.tenantName = entry.tenant.name
        schedule.stale = Staleness.isStale(
            lastSuccessAt: history.lastSuccessAt, existingSince: entry.tenant.createdAt, now: context.now,
            limitHours: context.core.settings.scanStaleAfterHours)
        return schedule
    }
}

extension Proto.Schedule {
    /// What a history alone tells: the next run is expected a cadence after the last.
    init(_ history: RunHistory) {
        self.init()
        cadenceSeconds = ScheduleHandlers.cadenceSeconds
        lastRunAt = history.lastRunAt
        lastOutcome = history.lastOutcome?.word
        reasonCode = history.reasonCode
        lastSuccessAt = history.lastSuccessAt
        nextRunAt = history.lastRunAt?.advanced(byMilliseconds: ScheduleHandlers.cadenceSeconds * 1000)
    }
}
