import ArgumentParser
import Domain
import ReviewPackAPI
import ReviewPackClient

struct StatsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "stats",
        abstract: "Show how much the service holds, and the space of each tenant.",
        arguments: "[--openmetrics [--output-file <file>]]",
        discussion: """
            With --output-file the text replaces the file as a whole: whoever reads it
            sees the old or the new one. Other users may read it (mode 0644).

            Examples:
              reviewpackctl stats
              reviewpackctl stats --openmetrics --output-file $DIR/reviewpack.prom
            """)

    @Flag(name: .customLong("openmetrics"), help: "OpenMetrics text, for a collector's textfile directory.")
    var openMetrics = false

    @Option(
        help: ArgumentHelp("Save the OpenMetrics text here; the name ends in .prom.", valueName: "file"),
        completion: .file(extensions: ["prom"]))
    var outputFile: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if openMetrics, common.output != .table { throw ValidationError("give --openmetrics or -o, not both") }
        guard let outputFile else { return }
        if !openMetrics { throw ValidationError("--output-file needs --openmetrics") }
        // A node exporter passes over every other name.
        guard outputFile.hasSuffix(".prom"), !outputFile.hasSuffix("/.prom"), outputFile != ".prom" else {
            throw ValidationError("--output-file takes a name that ends in .prom")
        }
    }

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let stats = try await client.stats()
            guard openMetrics else { return try session.print(StatsView.detail(stats)) }
            let text = OpenMetricsText.of(stats)
            guard let outputFile else { return try session.context.output.write(text) }
            let file = try NewFile(
                at: outputFile, replacing: true, mode: 0o644, interruption: session.context.interruption)
            try file.append(Array(text.utf8))
            try file.publish()
        }
    }
}

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
