import ArgumentParser
import ReviewPackClient

struct StatsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Show how much the service holds, and the space of each tenant.",
        usage: "reviewpackctl stats [--openmetrics]",
        discussion: """
            Examples:
              reviewpackctl stats
              reviewpackctl stats --openmetrics > /var/lib/node_exporter/reviewpack.prom
            """)

    @Flag(name: .customLong("openmetrics"), help: "OpenMetrics text, for a collector's textfile directory.")
    var openMetrics = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if openMetrics, common.output != .table { throw ValidationError("give --openmetrics or -o, not both") }
    }

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let stats = try await client.stats()
            if openMetrics {
                try session.context.output.write(OpenMetricsText.of(stats))
            } else {
                try session.print(StatsView.detail(stats))
            }
        }
    }
}
