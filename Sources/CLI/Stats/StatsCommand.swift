import ArgumentParser
import ReviewPackClient

struct StatsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Show how much the service holds, and the space of each tenant.",
        usage: "reviewpackctl stats [--openmetrics [--output-file <file>]]",
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
