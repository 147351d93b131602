import Domain
import ReviewPackAPI

/// Tenants with their evidence for people.
enum TenantViews {
    static func list(_ overviews: [Proto.GetTenantResponse]) -> Rendering {
        let known = overviews.compactMap { overview in overview.tenant.map { (overview, $0) } }
        return .list(
            known.map { value($0, tenant: $1) }, ids: known.map(\.1.externalID),
            table: TextTable(
                columns: [
                    .left("TENANT"), .left("NAME"), .left("WORKSPACE"), .left("LAST SCAN"), .right("OPEN"),
                    .left("NEWEST PACK"),
                ],
                rows: known.map { overview, tenant in
                    [
                        StyledText(tenant.externalID.printable), StyledText(tenant.name.printable),
                        StyledText(tenant.workspace.printable), StyledText(ValueText.time(lastScan(overview))),
                        StyledText(open(overview).map { "\($0)" } ?? "-"),
                        overview.newestPack.map(\.status.badge) ?? StyledText("-"),
                    ]
                }))
    }

    /// The tenant's own fields, then `last_scan_at` and the other fields of GetTenantResponse.
    private static func value(_ overview: Proto.GetTenantResponse, tenant: Proto.Tenant) -> OutputValue {
        guard case .object(let own) = OutputValue(tenant), case .object(let rest) = OutputValue(overview) else {
            return .null
        }
        let last = OutputValue.Field(
            name: "last_scan_at", value: .optional(lastScan(overview).map { "\($0)" }))
        return .object(own + [last] + rest.filter { $0.name != "tenant" })
    }

    static func one(_ response: Proto.GetTenantResponse, tenant: Proto.Tenant) -> Rendering {
        var about = SectionedText.Section(title: "Tenant")
        about.add("Name", tenant.name.printable)
        about.add("Tenant", tenant.externalID.printable)
        about.add("Workspace", tenant.workspace.printable)
        about.add("Created", ifPresent: tenant.createdAt?.description)
        var evidence = SectionedText.Section(title: "Evidence")
        evidence.add("Last scan", lastScan(response)?.description ?? "never")
        for source in response.sources { evidence.add("Freshness", ValueText.freshness(source)) }
        evidence.add("Findings", ValueText.statuses(response.findingsByStatus) ?? "none")
        evidence.add("Severities", ifPresent: ValueText.severities(response.findingsBySeverity))
        var newest = SectionedText.Section(title: "Newest pack")
        if let pack = response.newestPack {
            newest.add("Pack", pack.id.printable)
            newest.add("Status", pack.status.badge)
            newest.add("Generated", ifPresent: pack.generatedAt?.description)
            newest.add("Expires", ifPresent: pack.expiresAt?.description)
        } else {
            newest.add("", "No review pack yet")
        }
        return .one(
            OutputValue(response), id: tenant.externalID, text: SectionedText(sections: [about, evidence, newest]))
    }

    /// The newest run of a scanner. Imported reports and hardening settings are sources too, but at their times nobody
    /// scanned.
    private static func lastScan(_ overview: Proto.GetTenantResponse) -> UnixMillis? {
        overview.sources.filter { ReportType(word: $0.source) == nil && $0.source != hardening }
            .compactMap(\.lastRunAt).max()
    }

    /// The source under which the service keeps the freshness of hardening settings.
    private static let hardening = "hardening"

    /// nil when the caller may not know.
    private static func open(_ overview: Proto.GetTenantResponse) -> Int64? {
        overview.findingsByStatus.first { $0.status == FindingStatus.open.word }?.findings
    }
}
