import Domain
import ReviewPackAPI
import Storage

extension CallContext {
    /// What `GetTenant` answers, and `ListTenants` for each tenant when asked.
    func message(_ overview: TenantOverview) -> Proto.GetTenantResponse {
        let staleAfterHours = core.policy.scanStaleAfterHours
        let now = now
        var response = Proto.GetTenantResponse()
        response.tenant = Proto.Tenant(overview.tenant)
        response.sources = overview.sources.map {
            Proto.SourceFreshness($0, now: now, staleAfterHours: staleAfterHours)
        }
        let byStatus: [(FindingStatus, [Int64])] = [
            (.open, overview.open), (.acknowledged, overview.acknowledged), (.resolved, overview.resolved),
        ]
        response.findingsByStatus = byStatus.map { status, counts in
            Proto.StatusCount(status: status.word, findings: counts.reduce(0, +))
        }
        response.findingsBySeverity = Severity.allCases.enumerated().map { index, severity in
            Proto.SeverityCount(severity, overview.open[index] + overview.acknowledged[index])
        }
        response.newestPack = overview.newestPack.map(message)
        return response
    }
}
