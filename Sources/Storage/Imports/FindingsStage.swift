import Bytes
import Crypto
import Domain
import Evidence

/// The parser and the staged records of one findings import.
///
/// Confined to its import's queue, which alone calls it; that is what makes it safe to send.
final class FindingsStage: @unchecked Sendable {
    private var parser: FindingsParser
    private var fingerprints: FindingFingerprint
    private var records: SortedRuns?
    private var hasher = SHA256()
    private var received: Int64 = 0
    private let configuration: StoreConfiguration
    private let state: StateDirectory
    private let now: @Sendable () -> UnixMillis

    init(
        request: FindingsImportRequest, tenant: TenantExternalID, key: FingerprintKey,
        configuration: StoreConfiguration, state: StateDirectory, now: @escaping @Sendable () -> UnixMillis
    ) {
        let format: FindingFormat? =
            switch request.format {
            case .auto: nil
            case .native: .native
            case .ocsf: .ocsf
            }
        var options = FindingsParser.Options(
            clock: TimeGuard(now: now()), format: format, expectedTenant: request.allowsTenantMismatch ? nil : tenant,
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
        parser.clock = TimeGuard(now: now())
        try bytes.withUnsafeBytes { buffer in
            hasher.update(bufferPointer: buffer)
            try parser.push(buffer) { record in try stage(record) }
        }
    }

    /// Ends the input; throws when it is cut off.
    func end() throws -> StagedInput {
        try parser.finish { record in try stage(record) }
        return StagedInput(
            summary: parser.summary(), format: parser.format, recordsRead: parser.recordsRead,
            recordsRejected: parser.recordsRejected, rejections: parser.rejections.map(\.description),
            sha256: Digest256(hasher.finalize()), oddities: parser.warnings)
    }

    /// The staged records, to be applied; they can be taken once.
    func takeRecords() -> SortedRuns { records.take() ?? SortedRuns() }

    func forEachEvaluatedCheck(
        _ body: (_ source: UnsafeRawBufferPointer, _ checkID: UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        try parser.forEachEvaluatedCheck(body)
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
