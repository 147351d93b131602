import Domain
import ReviewPackAPI

// OpenMetrics 1.0, in the subset that is Prometheus's text format, too, which a node exporter reads: gauges, no
// timestamps; `# UNIT` and the `# EOF` at the end are comments to it.
//
// 1. Names and label sets never change between two runs of one version: a series that is not known (a prune that never
//    was) is left out rather than zero.
// 2. Tenants are labelled by external id and name; names are text of others and are escaped.

/// The service's figures for monitoring.
enum OpenMetricsText {
    private struct Sample {
        var labels: [(name: String, value: String)] = []
        var value: Int64
    }

    static func of(_ stats: Proto.GetStatsResponse) -> String {
        var out = ""
        // Not of the type info, which a node exporter does not know.
        out += family(
            "reviewpack_build_info", "gauge", "Version of the service.",
            [Sample(labels: [("version", stats.serverVersion)], value: 1)])
        out += family(
            "reviewpack_start_time_seconds", "Start of the service, seconds since 1970.", seconds(stats.startedAt))
        out += family(
            "reviewpack_packs", "gauge", "Review packs by status.",
            stats.packsByStatus.map { Sample(labels: [("status", $0.status.word ?? "unknown")], value: $0.packs) })
        for (name, help, value) in [
            ("reviewpack_pack_bytes", "Bytes of all stored packs.", stats.packBytes),
            ("reviewpack_database_bytes", "Size of the database with its write-ahead log.", stats.databaseBytes),
            (
                "reviewpack_write_ahead_log_bytes", "Size of the database's write-ahead log alone.",
                stats.writeAheadLogBytes
            ),
            ("reviewpack_disk_free_bytes", "Free bytes for the state directory.", stats.diskFreeBytes),
            ("reviewpack_workspaces", "Workspaces.", stats.workspaces),
            ("reviewpack_tenants", "Tenants.", stats.tenantCount),
            ("reviewpack_audit_events", "Events in the audit log.", stats.auditEvents),
            ("reviewpack_unread_notifications", "Notifications that nobody has read.", stats.unreadNotifications),
            ("reviewpack_generations_waiting", "Generations that wait.", stats.generationsWaiting),
            ("reviewpack_generations_running", "Generations that run.", stats.generationsRunning),
        ] { out += family(name, help, value) }
        out += family(
            "reviewpack_last_prune_time_seconds", "Start of the last prune, seconds since 1970.",
            seconds(stats.lastPruneAt))
        out += tenants("reviewpack_tenant_packs", "Packs of a tenant in any status.", stats) { $0.packs }
        out += tenants("reviewpack_tenant_pack_bytes", "Bytes of a tenant's stored packs.", stats) { $0.packBytes }
        out += tenants("reviewpack_tenant_findings", "Findings of a tenant in any status.", stats) { $0.findings }
        out += tenants("reviewpack_tenant_report_bytes", "Bytes of a tenant's reports.", stats) { $0.reportBytes }
        return out + "# EOF\n"
    }

    private static func tenants(
        _ name: String, _ help: String, _ stats: Proto.GetStatsResponse, _ value: (Proto.TenantStats) -> Int64
    ) -> String {
        family(
            name, "gauge", help,
            stats.tenants.map { tenant in
                let labels = [("tenant", tenant.tenantExternalID), ("name", tenant.tenantName)]
                return Sample(labels: labels + [("workspace", tenant.workspace)], value: value(tenant))
            })
    }

    /// A gauge of one value; nothing when it is not known.
    private static func family(_ name: String, _ help: String, _ value: Int64?) -> String {
        value.map { family(name, "gauge", help, [Sample(value: $0)]) } ?? ""
    }

    private static func family(_ name: String, _ type: String, _ help: String, _ samples: [Sample]) -> String {
        if samples.isEmpty { return "" }
        let lines = samples.map { sample in
            let labels = sample.labels.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",")
            return "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(sample.value)\n"
        }
        // A name ends in its unit, where it has one.
        let unit = ["bytes", "seconds"].first { name.hasSuffix("_\($0)") }.map { "# UNIT \(name) \($0)\n" } ?? ""
        return "# TYPE \(name) \(type)\n\(unit)# HELP \(name) \(help)\n" + lines.joined()
    }

    /// A label's value: backslash, quote and line feed are escaped, and what a terminal would obey is made visible
    /// first.
    private static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.printable.unicodeScalars {
            switch scalar {
            case "\\": out += "\\\\"
            case "\"": out += "\\\""
            case "\n": out += "\\n"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    private static func seconds(_ time: UnixMillis?) -> Int64? { time.map { $0.rawValue / 1000 } }
}
