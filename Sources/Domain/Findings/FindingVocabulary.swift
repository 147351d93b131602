/// How bad a finding is, in ascending order; the raw value is what the database stores.
public enum Severity: UInt8, CaseIterable, Comparable, Sendable {
    case unknown = 0
    case informational = 1
    case low = 2
    case medium = 3
    case high = 4
    case critical = 5

    public static func < (a: Severity, b: Severity) -> Bool { a.rawValue < b.rawValue }
}

/// What the newest deciding run said of a finding.
public enum FindingResult: UInt8, CaseIterable, Sendable {
    case none = 0
    case pass = 1
    case fail = 2
    case warning = 3
    case manual = 4
    case muted = 5
    case skipped = 6
    case notApplicable = 7
    case error = 8

    public var word: String {
        switch self {
        case .none: ""
        case .pass: "pass"
        case .fail: "fail"
        case .warning: "warning"
        case .manual: "manual"
        case .muted: "muted"
        case .skipped: "skipped"
        case .notApplicable: "not_applicable"
        case .error: "error"
        }
    }

    /// The order in which two results of one fingerprint in one run compete: the worst stays.
    public var badness: Int {
        switch self {
        case .fail: 8
        case .warning: 7
        case .muted: 6
        case .error: 5
        case .manual: 4
        case .skipped: 3
        case .notApplicable: 2
        case .pass: 1
        case .none: 0
        }
    }
}

/// Where a finding stands. Packs take `open` and `acknowledged`.
public enum FindingStatus: UInt8, CaseIterable, Sendable {
    case open = 1
    case acknowledged = 2
    case resolved = 3

    public var word: String {
        switch self {
        case .open: "open"
        case .acknowledged: "acknowledged"
        case .resolved: "resolved"
        }
    }

    /// Whether a review pack holds a finding in this status.
    public var isInPacks: Bool { self != .resolved }

    public init?(word: some StringProtocol) {
        guard let match = FindingStatus.allCases.first(where: { $0.word == word }) else { return nil }
        self = match
    }
}

extension Severity {
    public var word: String {
        switch self {
        case .unknown: "unknown"
        case .informational: "informational"
        case .low: "low"
        case .medium: "medium"
        case .high: "high"
        case .critical: "critical"
        }
    }

    public init?(word: some StringProtocol) {
        guard let match = Severity.allCases.first(where: { $0.word == word }) else { return nil }
        self = match
    }
}

extension FindingResult {
    public init?(word: some StringProtocol) {
        guard let match = FindingResult.allCases.first(where: { $0.word == word }), match != .none else { return nil }
        self = match
    }
}
