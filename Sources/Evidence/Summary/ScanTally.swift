import Domain

/// Counts records by source and remembers which checks were evaluated, without allocating for a record of a known
/// check.
struct ScanTally: ~Copyable {
    /// More distinct checks, or sources, than any scanner has; bounds the memory that an input can claim.
    static let checkLimit = 200_000
    static let sourceLimit = 64

    private var sources: [ScanSummary.Source] = []
    private var sourceNames: [[UInt8]] = []
    private var runTime: UnixMillis?
    private var checks = CheckTable()

    mutating func add(_ record: borrowing FindingRecord) throws(IngestError) {
        let index = try sourceIndex(record)
        let time = record.lastSeenAt
        if runTime.map({ time > $0 }) ?? true { runTime = time }
        if time > sources[index].newestAt {
            sources[index].newestAt = time
            if !record.text(.sourceVersion).elementsEqual(sources[index].version.utf8) {
                sources[index].version = record.string(.sourceVersion)
            }
        }
        let outcome = ScanTally.outcome(record)
        if ScanTally.isVerdict(outcome) {
            // An alert, and a statement that a finding is closed, are verdicts; but only a scanner's own pass or fail
            // shows that it looked at everything that the check is about.
            let resolves = record.format == .ocsf && record.result.isEvaluation
            switch checks.insert(
                record.text(.checkID), source: index, resolves ? .resolving : .counted, limit: ScanTally.checkLimit)
            {
            case .added: sources[index].checksEvaluated += 1
            case .known: break
            case .full:
                throw IngestError(
                    .tooMany, "more than \(ScanTally.checkLimit) different checks in one import", at: record.position)
            }
        }
        sources[index].records += 1
        switch outcome {
        case .pass: sources[index].passed += 1
        case .fail, .warning, .none:
            sources[index].failed += 1
            sources[index].failedBySeverity[Int(record.severity.rawValue)] += 1
        case .muted: sources[index].muted += 1
        case .manual: sources[index].manual += 1
        case .skipped, .notApplicable: sources[index].skipped += 1
        case .error: sources[index].errors += 1
        }
    }

    /// As what a record is counted. A finding that is stated to be resolved is no failed one, whatever its result was.
    private static func outcome(_ record: borrowing FindingRecord) -> FindingResult {
        if record.format == .native { return record.statedStatus == .resolved ? .pass : .fail }
        return record.statedStatus == .resolved && !record.result.isUndecided ? .pass : record.result
    }

    /// Whatever counts as failed is one, so that no source has failures without checks that were evaluated.
    private static func isVerdict(_ outcome: FindingResult) -> Bool { !outcome.isUndecided }

    private mutating func sourceIndex(_ record: borrowing FindingRecord) throws(IngestError) -> Int {
        let name = record.text(.source)
        for index in sourceNames.indices where name.elementsEqual(sourceNames[index]) { return index }
        guard sources.count < ScanTally.sourceLimit else {
            throw IngestError(
                .tooMany, "more than \(ScanTally.sourceLimit) different sources in one import", at: record.position)
        }
        sourceNames.append(Array(name))
        sources.append(
            ScanSummary.Source(
                name: record.string(.source), version: record.string(.sourceVersion), newestAt: record.lastSeenAt))
        return sources.count - 1
    }

    func summary(runID: String?) -> ScanSummary { ScanSummary(runID: runID, runTime: runTime, sources: sources) }

    func forEachEvaluatedCheck(
        _ body: (_ source: UnsafeRawBufferPointer, _ checkID: UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        for index in 0..<checks.count where checks.mark(index) == .resolving {
            try sourceNames[checks.source(index)].withUnsafeBytes { try body($0, checks.name(index)) }
        }
    }
}
