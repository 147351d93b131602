public import Domain

/// What one import says about its run, for each source: a clean scan differs from no scan.
public struct ScanSummary: Equatable, Sendable {
    public struct Source: Equatable, Sendable {
        /// As it came, like the version of the newest record.
        public var name: String
        public var version: String
        /// The time of its newest record.
        public var newestAt: UnixMillis
        /// Distinct checks of which it holds a verdict (pass, fail, warning or muted).
        public var checksEvaluated = 0
        public var records = 0
        public var passed = 0
        /// Fails and warnings that nobody muted; of native records the open and acknowledged ones.
        public var failed = 0
        public var muted = 0
        public var manual = 0
        /// Skipped or not applicable.
        public var skipped = 0
        public var errors = 0
        /// `failed` by severity; the index is the severity's raw value.
        public var failedBySeverity = [Int](repeating: 0, count: Severity.allCases.count)

        public init(name: String, version: String, newestAt: UnixMillis) {
            self.name = name
            self.version = version
            self.newestAt = newestAt
        }
    }

    /// The run's id as the data has it; nil when it has none: then the SHA-256 of the content identifies the run.
    public var runID: String?
    /// The newest record's time, nil without records.
    public var runTime: UnixMillis?
    /// In the order in which they first appeared.
    public var sources: [Source]

    public init(runID: String? = nil, runTime: UnixMillis? = nil, sources: [Source] = []) {
        self.runID = runID
        self.runTime = runTime
        self.sources = sources
    }
}
