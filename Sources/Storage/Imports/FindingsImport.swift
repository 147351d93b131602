import Bytes
import Crypto
import Domain
import Evidence
import GRDB

/// The parser and the staged records of one findings import.
final class FindingsStage: ImportStage {
    let kind = ImportKind.findings
    let findsNames = false

    private let request: FindingsImportRequest
    private let tenant: TenantExternalID
    private let key: FingerprintKey
    private var parser: FindingsParser
    private var fingerprints: FindingFingerprint
    private var records: SortedRuns?
    private var hasher = SHA256()
    private var received: Int64 = 0
    private let configuration: StoreConfiguration
    private let state: StateDirectory
    private let now: @Sendable () -> UnixMillis

    /// What was read, once the input has ended.
    private var input: StagedInput?

    init(
        _ request: FindingsImportRequest, of tenant: TenantExternalID, key: FingerprintKey,
        configuration: StoreConfiguration, state: StateDirectory, now: @escaping @Sendable () -> UnixMillis
    ) {
        self.request = request
        self.tenant = tenant
        self.key = key
        var options = FindingsParser.Options(
            clock: TimeGuard(now: now()), format: request.format,
            expectedTenant: request.allowsTenantMismatch ? nil : tenant,
            skipsBadRecords: request.skipsBadRecords)
        options.maximumInputBytes = Int(clamping: configuration.maximumImportBytes)
        parser = FindingsParser(options: options)
        fingerprints = FindingFingerprint(tenant: tenant, key: key)
        records = SortedRuns()
        self.configuration = configuration
        self.state = state
        self.now = now
    }

    func push(_ bytes: [UInt8]) throws {
        received += Int64(bytes.count)
        guard received <= configuration.maximumImportBytes else {
            throw ProductError(
                .importTooLarge, "an import may have at most \(configuration.maximumImportBytes) bytes; split the file")
        }
        // An import may last an hour, and what it streams may just have been measured.
        parser.options.clock = TimeGuard(now: now())
        try bytes.withUnsafeBytes { buffer in
            hasher.update(bufferPointer: buffer)
            try parser.push(buffer) { record in try stage(record) }
        }
    }

    func end() throws {
        try parser.finish { record in try stage(record) }
        input = StagedInput(
            summary: parser.summary(), format: parser.format, recordsRead: parser.recordsRead,
            recordsRejected: parser.recordsRejected, rejections: parser.rejections.map(\.description),
            sha256: Digest256(hasher.finalize()), oddities: parser.warnings)
    }

    var inputSHA256: Digest256 { input?.sha256 ?? .zero }

    var rejection: ImportRecord? {
        guard let input, input.recordsRead > 0, input.recordsRejected == input.recordsRead else { return nil }
        var counts = ImportCounts()
        counts.read = Int64(input.recordsRead)
        counts.rejected = Int64(input.recordsRejected)
        return ImportRecord(
            counts: counts, warnings: input.warnings(duplicates: 0), inputSHA256: input.sha256,
            rejections: input.rejections)
    }

    func takeNames() -> NameRuns { NameRuns() }

    func apply(
        in transaction: WriteTransaction, to tenant: TenantKey, shouldStop: () throws -> Void
    ) throws -> ImportRecord {
        guard let input else { throw ProductError.internal }
        try transaction.requireRoom(forSources: input.summary.sources.map(\.name), of: tenant.number)
        let runTime = input.summary.runTime ?? transaction.now
        var application = try FindingsApplication(
            transaction.database, tenant: tenant.number,
            fingerprints: FindingFingerprint(tenant: self.tenant, key: key), runTime: runTime,
            skipsBadRecords: request.skipsBadRecords)
        try application.apply(records.take() ?? SortedRuns(), shouldStop: shouldStop)
        try configuration.faults?(.importDuringApply)
        var evaluated: Set<Int64> = []
        if input.format == .ocsf {
            try parser.forEachEvaluatedCheck { source, check in
                if let number = try application.noteEvaluation(source: source, check: check) {
                    evaluated.insert(number)
                }
            }
        }
        try application.resolveAbsent(evaluated: evaluated, shouldStop: shouldStop)
        let rejections = Array((input.rejections + application.rejections).prefix(FindingsParser.rejectionLimit))
        var counts = try application.finish()
        try transaction.requireRoom(forFindingsOf: tenant.number, inserted: counts.inserted)
        counts.read = Int64(input.recordsRead)
        counts.rejected += Int64(input.recordsRejected)
        let runID = input.summary.runID ?? input.sha256.description
        for source in input.summary.sources {
            try transaction.noteSource(
                source.name, tenant: tenant.number, toolVersion: source.version.isEmpty ? nil : source.version,
                runID: runID, runAt: source.newestAt, checks: source.checksEvaluated, passed: source.passed,
                failed: source.failed, manual: source.manual, errors: source.errors)
        }
        return ImportRecord(
            counts: counts, warnings: input.warnings(duplicates: counts.duplicates), inputSHA256: input.sha256,
            rejections: rejections,
            run: ImportedRun(
                id: runID, at: input.summary.runTime?.description,
                format: input.format.map { $0 == .native ? "native" : "ocsf" }))
    }

    func clear() { records = SortedRuns() }

    /// What the import takes while it is under way: as much as came, or what is staged of it when that is more.
    var heldBytes: Int64 {
        let staged = records?.bytes ?? 0
        return max(received, staged)
    }

    private func stage(_ record: borrowing FindingRecord) throws {
        guard record.position.ordinal <= configuration.maximumImportRecords else {
            throw ProductError(
                .importTooLarge,
                "an import may have at most \(configuration.maximumImportRecords) records; split the file")
        }
        let fingerprint = fingerprints.digest(of: record)
        let state = state
        try records?.append(record, fingerprint) { try state.makeSpool() }
    }
}

/// What is known once the input has ended.
struct StagedInput {
    var summary: ScanSummary
    var format: FindingFormat?
    var recordsRead: Int
    var recordsRejected: Int
    var rejections: [String]
    var sha256: Digest256
    var oddities: IngestWarnings

    /// The warnings as sentences; records that shared a fingerprint are one of them.
    func warnings(duplicates: Int64) -> [String] {
        let joined =
            duplicates > 0
            ? [
                "\(duplicates) \(duplicates == 1 ? "record" : "records") shared a fingerprint with an earlier one and "
                    + "\(duplicates == 1 ? "was" : "were") joined"
            ] : []
        return joined + ImportRecord.sentences(oddities)
    }
}
