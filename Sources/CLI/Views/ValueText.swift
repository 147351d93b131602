import Domain
import ReviewPackAPI

/// How values of the service read in tables and sections.
enum ValueText {
    static func time(_ time: UnixMillis?) -> String {
        guard let time else { return "-" }
        // Whole seconds are enough for people: the fraction would only widen the column.
        return UnixMillis(time.rawValue - ((time.rawValue % 1000) + 1000) % 1000).description
    }

    /// The end of an id that tables show.
    static func shortID(_ id: String) -> String { String(id.suffix(8)) }

    // MARK: - Whom and what a thing concerns

    /// `user:alice`, `group:ops`, `subject:text`; numbers where this machine has no name for them.
    static func principal(_ principal: Proto.Principal?, accounts: AccountDatabase?) -> String {
        switch principal?.kind {
        case .uid(let uid)?: accounts?.userName(uid).map { "user:\($0)" } ?? "uid:\(uid)"
        case .gid(let gid)?: accounts?.groupName(gid).map { "group:\($0)" } ?? "gid:\(gid)"
        case .subject(let subject)?: "subject:\(subject)"
        case nil: "unknown"
        }
    }

    /// `user:alice` for the `uid:1000` of an initiator; the text as it is where this machine has no name for it.
    static func initiator(_ text: String, accounts: AccountDatabase) -> String {
        guard text.hasPrefix("uid:"), let uid = UInt32(text.dropFirst("uid:".count)) else { return text }
        return principal(Proto.Principal(kind: .uid(uid)), accounts: accounts)
    }

    static func target(_ target: Proto.BindingTarget?) -> String {
        switch target?.kind {
        case .workspace(let name)?: "workspace \(name)"
        case .tenant(let id)?: "tenant \(id)"
        case .system?: "system"
        case nil: "unknown"
        }
    }

    // MARK: - Evidence

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

extension PackStatus {
    /// The tone of the status's badge; its word is always printed beside the colour.
    var tone: Tone {
        switch self {
        case .queued: .warning
        case .generating: .info
        case .ready: .success
        case .failed: .danger
        case .expired: .gray
        }
    }
}

extension Proto.PackStatus {
    /// The badge of a pack's status: its word in its colour; `unknown` for any other number.
    var badge: StyledText {
        guard let word, let status = Domain.PackStatus(word: word) else { return StyledText("unknown") }
        return StyledText(word, status.tone)
    }
}
