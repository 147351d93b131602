import Domain
import ReviewPackAPI

/// Counts and freshness in one line each.
enum CountViews {
    /// `critical 1, high 3`, worst first, without the empty ones; nil when there are none.
    static func severities(_ counts: [Proto.SeverityCount]) -> String? {
        let ranked = counts.filter { $0.findings > 0 }.sorted { rank($0.severity) > rank($1.severity) }
        return ranked.isEmpty
            ? nil : ranked.map { "\($0.severity.printable) \($0.findings)" }.joined(separator: ", ")
    }

    static func statuses(_ counts: [Proto.StatusCount]) -> String? {
        counts.isEmpty ? nil : counts.map { "\($0.status.printable) \($0.findings)" }.joined(separator: ", ")
    }

    /// `prowler 5.12.0: 2026-03-01T04:05:06Z, 120 checks, results: 100 passed, 18 failed, 2 manual, stale`.
    static func freshness(_ source: Proto.SourceFreshness) -> String {
        let version = source.toolVersion.map { " \($0.printable)" } ?? ""
        var parts = [source.lastRunAt.map { "\($0)" } ?? "never"]
        if source.checksEvaluated > 0 {
            let counts = [
                (source.passed, "passed"), (source.failed, "failed"), (source.manual, "manual"),
                (source.errors, "errors"),
            ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
            let checks = source.checksEvaluated == 1 ? "1 check" : "\(source.checksEvaluated) checks"
            // A check has a result for each resource that it looked at.
            parts.append(checks + (counts.isEmpty ? "" : ", results: \(counts)"))
        }
        if source.stale { parts.append("stale") }
        return "\(source.source.printable)\(version): \(parts.joined(separator: ", "))"
    }

    private static func rank(_ word: String) -> Int { Severity(word: word).map { Int($0.rawValue) } ?? -1 }
}
