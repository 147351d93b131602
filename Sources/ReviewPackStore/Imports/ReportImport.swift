import Crypto
import GRDB
import ReviewPackIngest
import ReviewPackModel
import Synchronization

/// Checks one report while it streams in, spools it, and stores it in one transaction; `finish` or `abort` ends it.
///
/// What is stored is the report as UTF-8 without a byte order mark, byte for byte as it came; its fingerprint is the SHA-256 of just
/// these bytes. The same content again moves only `measured_at`, and never back.
public final class ReportImport: Sendable {
    private let store: Store
    private let request: ReportImportRequest
    private let stamp: ActionStamp
    private let startedAt: UnixMillis
    private let queue = ImportQueue()
    private let stage: ReportStage
    private let isAborted = Atomic(false)

    init(store: Store, request: ReportImportRequest, tenant: TenantExternalID, stamp: ActionStamp) {
        self.store = store
        self.request = request
        self.stamp = stamp
        startedAt = store.now()
        var options = ReportValidator.Options(expectedTenant: request.allowsTenantMismatch ? nil : tenant)
        options.maximumBytes = Int(clamping: store.configuration.maximumReportBytes)
        stage = ReportStage(options)
    }

    /// Checks and spools the next bytes of the report, split anywhere.
    public func push(_ bytes: [UInt8]) async throws {
        try await reporting { [stage] in try stage.push(bytes) }
    }

    /// Ends the report and stores it. Cancelling the task aborts: throws CANCELLED, unless the commit was reached before.
    public func finish() async throws -> ImportResult {
        // The one writer would else be held to the end for somebody who has gone.
        try await withTaskCancellationHandler {
            try await reporting { [self] in try apply() }
        } onCancel: {
            abort()
        }
    }

    /// Drops what was spooled.
    public func abort() {
        isAborted.store(true, ordering: .relaxed)
        queue.later { [stage] in stage.clear() }
    }

    private func reporting<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        do {
            return try await queue.run(work)
        } catch {
            throw StoreFailure.report(error, store.logger)
        }
    }

    private func apply() throws -> ImportResult {
        let input = try stage.end()
        let digest = stamp.digest(withInput: input.inputSHA256)
        try store.configuration.faults?(.importBeforeApply)
        let result = try store.writeAlone { transaction in
            if let earlier = try transaction.earlierImport(stamp, digest: digest) { return earlier }
            let tenant = try TenantKey.require(request.tenantID, transaction.database)
            let measuredAt = request.measuredAt ?? transaction.now
            // The report measured last is the one that packs take, so one from the future would stay the latest for ever.
            try transaction.requirePast(measuredAt, field: "measured_at")
            var counts = ImportCounts()
            counts.read = 1
            let change = try transaction.storeReport(
                request.type, input, measuredAt: measuredAt, tenant: tenant.number, parts: stage.parts)
            switch change {
            case .inserted: counts.inserted = 1
            case .moved: counts.updated = 1
            case .unchanged: counts.unchanged = 1
            }
            var identities = try IdentityTexts(transaction.database, tenant: tenant.number)
            for text in stage.identities { try text.withUnsafeBytes { try identities.insert($0) } }
            try transaction.noteSource(
                request.type.word, tenant: tenant.number, runID: input.fingerprint.description, runAt: measuredAt)
            let record = ImportRecord(
                counts: counts, warnings: stage.warnings, inputSHA256: input.inputSHA256,
                report: try transaction.importedReport(request.type, input, tenant: tenant.number))
            let result = try transaction.recordImport(
                ImportKind(operation: .importReport, action: .importReport), record, tenant: tenant,
                startedAt: startedAt, stamp: stamp, digest: digest)
            if isAborted.load(ordering: .relaxed) { throw CancellationError() }
            try store.configuration.faults?(.importBeforeCommit)
            return result
        }
        try store.configuration.faults?(.importAfterCommit)
        return result
    }
}

extension WriteTransaction {
    /// Throws TIME_IN_FUTURE for a time that may not be stored, by the clock of this transaction (`TimeGuard`).
    func requirePast(_ time: UnixMillis?, field: String) throws(ProductError) {
        do { try TimeGuard(now: now).require(time, field: field) } catch { throw error.productError }
    }
}

/// What is known of a report once it has ended.
struct StagedReport {
    /// SHA-256 of the bytes as they came, which may be UTF-16.
    var inputSHA256: Digest256
    /// SHA-256 of the bytes to be stored.
    var fingerprint: Digest256
    var byteCount: Int64
}

/// The validator and the bytes of one report: at most 32 MiB, kept as parts of 1 MiB as they will be stored.
///
/// Confined to its import's queue, which alone calls it; that is what makes it safe to send.
private final class ReportStage: @unchecked Sendable {
    private var validator: ReportValidator
    private var input = SHA256()
    private var stored = SHA256()
    private(set) var parts: [[UInt8]] = []
    private(set) var identities: Set<[UInt8]> = []

    init(_ options: ReportValidator.Options) { validator = ReportValidator(options: options) }

    var warnings: [String] { validator.warnings }

    func push(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { buffer in
            input.update(bufferPointer: buffer)
            try validator.push(buffer, store: { keep($0) }, identity: { identities.insert(Array($1)) })
        }
    }

    func end() throws -> StagedReport {
        try validator.finish(store: { keep($0) }, identity: { identities.insert(Array($1)) })
        return StagedReport(
            inputSHA256: Digest256(input.finalize()), fingerprint: Digest256(stored.finalize()),
            byteCount: Int64(validator.byteCount))
    }

    func clear() {
        parts = []
        identities = []
    }

    private func keep(_ bytes: UnsafeRawBufferPointer) {
        stored.update(bufferPointer: bytes)
        var rest = bytes[...]
        while !rest.isEmpty {
            if parts.last.map({ $0.count == ReportPart.size }) ?? true {
                var part: [UInt8] = []
                part.reserveCapacity(min(ReportPart.size, max(4096, rest.count)))
                parts.append(part)
            }
            let piece = rest.prefix(ReportPart.size - parts[parts.count - 1].count)
            parts[parts.count - 1].append(contentsOf: piece)
            rest = rest.dropFirst(piece.count)
        }
    }
}

/// How a stored report's payload is cut.
enum ReportPart {
    /// 1 MiB; every part but the last has exactly this size.
    static let size = 1 << 20
    /// More than any setting allows for a report.
    static let maximumBytes = 1 << 40
}

extension Store {
    /// Begins the import of a report; NOT_FOUND when there is no such tenant.
    public func beginReportImport(_ request: ReportImportRequest, stamp: ActionStamp) async throws -> ReportImport {
        guard let tenant = try await tenant(request.tenantID) else { throw ProductError.notFound }
        return ReportImport(store: self, request: request, tenant: tenant.externalID, stamp: stamp)
    }
}
