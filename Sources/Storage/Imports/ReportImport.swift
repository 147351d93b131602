import Bytes
import Crypto
import Domain
import Evidence
import GRDB

/// The validator, the bytes and the names of one report, on disk but for their beginnings: memory does not grow with
/// the report.
///
/// What is stored is the report as UTF-8 without a byte order mark, byte for byte as it came; its fingerprint is the
/// SHA-256 of just these bytes. The same content again moves only `measured_at`, and never back.
final class ReportStage: ImportStage {
    let kind = ImportKind.report

    private let request: ReportImportRequest
    private var validator: ReportValidator
    private var input = SHA256()
    private var stored = SHA256()
    private var parts: ReportParts
    private var names: NameRuns?
    private var report: StagedReport?
    private let state: StateDirectory

    init(
        _ request: ReportImportRequest, of tenant: TenantExternalID, configuration: StoreConfiguration,
        state: StateDirectory
    ) {
        self.request = request
        var options = ReportValidator.Options(expectedTenant: request.allowsTenantMismatch ? nil : tenant)
        options.maximumBytes = Int(clamping: configuration.maximumReportBytes)
        validator = ReportValidator(options: options)
        self.state = state
        parts = ReportParts(state)
        names = NameRuns()
    }

    func push(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { buffer in
            input.update(bufferPointer: buffer)
            try validator.push(buffer, store: { try keep($0) }, identity: { try keep(name: $1) })
        }
    }

    func end() throws {
        try validator.finish(store: { try keep($0) }, identity: { try keep(name: $1) })
        try parts.finish()
        report = StagedReport(
            inputSHA256: Digest256(input.finalize()), fingerprint: Digest256(stored.finalize()),
            byteCount: Int64(validator.byteCount))
    }

    var inputSHA256: Digest256 { report?.inputSHA256 ?? .zero }

    func apply(
        in transaction: WriteTransaction, to tenant: TenantKey, shouldStop: () throws -> Void
    ) throws -> ImportRecord {
        guard let report else { throw ProductError.internal }
        let measuredAt = request.measuredAt ?? transaction.now
        // The report measured last is the one that packs take, so one from the future would stay the latest for
        // ever.
        try transaction.requirePast(measuredAt, field: "measured_at")
        var counts = ImportCounts()
        counts.read = 1
        let change = try transaction.storeReport(
            request.type, report, measuredAt: measuredAt, tenant: tenant.number, parts: parts)
        switch change {
        case .inserted: counts.inserted = 1
        case .moved: counts.updated = 1
        case .unchanged: counts.unchanged = 1
        }
        try transaction.noteSource(
            request.type.word, tenant: tenant.number, runID: report.fingerprint.description, runAt: measuredAt)
        return ImportRecord(
            counts: counts, warnings: validator.warnings, inputSHA256: report.inputSHA256,
            report: try transaction.importedReport(request.type, report, tenant: tenant.number))
    }

    func takeNames() -> NameRuns { names.take() ?? NameRuns() }

    var heldBytes: Int64 { parts.bytes + (names?.bytes ?? 0) }

    func clear() {
        parts = ReportParts(state)
        names = nil
    }

    private func keep(_ bytes: UnsafeRawBufferPointer) throws {
        stored.update(bufferPointer: bytes)
        try parts.append(bytes)
    }

    private func keep(name: UnsafeRawBufferPointer) throws {
        let state = state
        try names?.insert(name) { try state.makeSpool() }
    }
}
