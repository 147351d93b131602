import Domain
import ReviewPackAPI

/// The service's figures for people: sections, then a line for each tenant.
enum StatsView {
    static func detail(_ stats: Proto.GetStatsResponse) -> Rendering {
        let text = SectionedText(sections: [service(stats), packs(stats), storage(stats)])
        let table = tenants(stats)
        let listed = Int64(stats.tenants.count)
        let more = stats.tenantCount > listed ? "and \(stats.tenantCount - listed) more with less\n" : ""
        return Rendering(
            text: { colour in
                let rows = table.rows.isEmpty ? "" : "\n" + table.rendered(colour: colour) + more
                return text.rendered(colour: colour) + rows
            }, value: OutputValue(stats), ids: stats.tenants.map(\.tenantExternalID))
    }

    private static func service(_ stats: Proto.GetStatsResponse) -> SectionedText.Section {
        var section = SectionedText.Section(title: "Service")
        section.add("Version", stats.serverVersion.printable)
        section.add("Started", ifPresent: stats.startedAt?.description)
        section.add("Generations", "\(stats.generationsRunning) running, \(stats.generationsWaiting) waiting")
        section.add("Last prune", stats.lastPruneAt?.description ?? "never")
        section.add("Audit events", "\(stats.auditEvents)")
        section.add("Unread", "\(stats.unreadNotifications) notifications")
        return section
    }

    private static func packs(_ stats: Proto.GetStatsResponse) -> SectionedText.Section {
        var section = SectionedText.Section(title: "Packs")
        for count in stats.packsByStatus {
            section.add((count.status.word ?? "unknown").capitalizedFirst, "\(count.packs)")
        }
        return section
    }

    private static func storage(_ stats: Proto.GetStatsResponse) -> SectionedText.Section {
        var section = SectionedText.Section(title: "Storage")
        section.add("Packs", ByteCount.text(stats.packBytes))
        let log = ByteCount.text(stats.writeAheadLogBytes)
        section.add("Database", "\(ByteCount.text(stats.databaseBytes)), of it write-ahead log \(log)")
        section.add("Disk free", ByteCount.text(stats.diskFreeBytes))
        section.add("Workspaces", "\(stats.workspaces)")
        section.add("Tenants", "\(stats.tenantCount)")
        return section
    }

    private static func tenants(_ stats: Proto.GetStatsResponse) -> TextTable {
        TextTable(
            columns: [
                .left("TENANT"), .left("WORKSPACE"), .right("PACKS"), .right("PACK BYTES"), .right("FINDINGS"),
                .right("REPORT BYTES"),
            ],
            rows: stats.tenants.map {
                [
                    StyledText($0.tenantName.printable), StyledText($0.workspace.printable), StyledText("\($0.packs)"),
                    StyledText(ByteCount.text($0.packBytes)), StyledText("\($0.findings)"),
                    StyledText(ByteCount.text($0.reportBytes)),
                ]
            })
    }
}

extension String {
    /// The same with a capital first letter.
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
