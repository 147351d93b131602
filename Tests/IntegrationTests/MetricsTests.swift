import Foundation
import TestTags
import Testing

/// Debian's python3-prometheus-client has the parsers of both formats.
private let prometheusClientIsInstalled = FileManager.default.fileExists(
    atPath: "/usr/lib/python3/dist-packages/prometheus_client")

@Suite("Metrics as others read them", .tags(.upkeep), .enabled(if: prometheusClientIsInstalled))
struct MetricsTests {
    @Test("a strict OpenMetrics parser and Prometheus's own read every sample, and the file is there at once")
    func parsers() async throws {
        try await withDaemon { daemon in
            try await daemon.ctl("workspace", "create", "w").succeeded()
            try await daemon.ctl(
                "tenant", "create", "w", "--external-id", Scene.tenant, "--name", #"Quote " backslash \ Ünal"#
            ).succeeded()
            try await daemon.ctl("prune").succeeded()
            let file = daemon.scratch.file("reviewpack.prom")
            try await daemon.ctl("stats", "--openmetrics", "--output-file", file).succeeded()
            let result = try await run("/usr/bin/python3", ["-c", Self.script, file]).succeeded()
            #expect(result.lines == ["same", #"Quote " backslash \ Ünal"#, "bytes", "seconds"], "\(result)")
        }
    }

    private static let script = """
        import sys
        from prometheus_client.openmetrics.parser import text_string_to_metric_families as strict
        from prometheus_client.parser import text_string_to_metric_families as plain
        text = open(sys.argv[1], encoding="utf-8").read()
        def samples(families):
            return sorted((s.name, sorted(s.labels.items()), s.value) for f in families for s in f.samples)
        families = list(strict(text))
        print("same" if samples(families) == samples(plain(text)) and len(families) > 15 else "different")
        print([s.labels["name"] for f in families if f.name == "reviewpack_tenant_packs" for s in f.samples][0])
        units = {f.name: f.unit for f in families}
        print(units["reviewpack_disk_free_bytes"]); print(units["reviewpack_last_prune_time_seconds"])
        """
}
