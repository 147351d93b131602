import Bytes
import Crypto
import Domain
import Evidence
import GRDB
import Synchronization

/// Checks one report while it streams in, spools it, and stores it in one transaction; `finish` or `abort` ends it.
///
/// What is stored is the report as UTF-8 without a byte order mark, byte for byte as it came; its fingerprint is the
/// SHA-256 of just these bytes. The same content again moves only `measured_at`, and never back.
public final class ReportImport: Sendable {
    private let store: Store
    private let request: ReportImportRequest
    private let stamp: ActionStamp
    private let startedAt: UnixMillis
    private let queue = ImportQueue()
    private let stage: ReportStage
    private let isAborted = Atomic(false)
    private let share: StagedShare

    init(store: Store, request: ReportImportRequest, tenant: TenantExternalID, stamp: ActionStamp) {
        self.store = store
        self.request = request
        self.stamp = stamp
        startedAt = store.now()
        share = store.staging.share()
        var options = ReportValidator.Options(expectedTenant: request.allowsTenantMismatch ? nil : tenant)
        options.maximumBytes = Int(clamping: store.configuration.maximumReportBytes)
        stage = ReportStage(options, state: store.state)
    }

    /// Checks and spools the next bytes of the report, split anywhere.
    public func push(_ bytes: [UInt8]) async throws {
        try await reporting { [stage, share] in
            try stage.push(bytes)
            try share.hold(stage.heldBytes)
        }
    }

    /// Ends the report and stores it. Cancelling the task aborts: throws CANCELLED, unless the commit was reached
    /// before.
    public func finish() async throws -> ImportResult {
        // The one writer would else be held to the end for somebody who has gone.
        try await withTaskCancellationHandler {
            let requester = Requester.current
            let names = try await store.writingNames {
                try await reporting { [self] in try writeNames(for: requester) }
            }
            return try await store.inTurn { try await reporting { [self] in try apply(names) } }
        } onCancel: {
            abort()
        }
    }

    /// Drops what was spooled.
    public func abort() {
        isAborted.store(true, ordering: .relaxed)
        queue.later { [stage, share] in
            stage.clear()
            try? share.hold(0)
        }
    }

    private func reporting<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        do {
            return try await queue.run(work)
        } catch {
            throw StoreFailure.report(error, store.logger)
        }
    }

    /// The end of the report, and all names but the last batch.
    private func writeNames(for requester: Requester) throws -> NameBatch {
        try stage.end()
        return try store.writeAhead(stage.takeNames(), of: request.tenantID, for: requester) {
            if isAborted.load(ordering: .relaxed) { throw CancellationError() }
        }
    }

    private func apply(_ names: NameBatch) throws -> ImportResult {
        guard let input = stage.report else { throw ProductError.internal }
        let digest = stamp.digest(withInput: input.inputSHA256)
        try store.configuration.faults?(.importBeforeApply)
        let result = try store.writeAlone { transaction in
            if let earlier = try transaction.earlierImport(stamp, digest: digest) { return earlier }
            let tenant = try TenantKey.require(request.tenantID, transaction.database)
            let measuredAt = request.measuredAt ?? transaction.now
            // The report measured last is the one that packs take, so one from the future would stay the latest for
            // ever.
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
            try names.insert(into: tenant.number, transaction.database)
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

/// The validator, the bytes and the names of one report, on disk but for their beginnings: memory does not grow with
/// the report.
///
/// Confined to its import's queue, which alone calls it; that is what makes it safe to send.
private final class ReportStage: @unchecked Sendable {
    private var validator: ReportValidator
    private var input = SHA256()
    private var stored = SHA256()
    private(set) var parts: ReportParts
    private var names: NameRuns?
    private(set) var report: StagedReport?
    private let state: StateDirectory

    init(_ options: ReportValidator.Options, state: StateDirectory) {
        validator = ReportValidator(options: options)
        self.state = state
        parts = ReportParts(state)
        names = NameRuns()
    }

    var warnings: [String] { validator.warnings }

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

    /// The names that were found; they can be taken once.
    func takeNames() -> NameRuns { names.take() ?? NameRuns() }

    /// What the import takes while it is under way.
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

extension Store {
    /// Begins the import of a report; NOT_FOUND when there is no such tenant.
    public func beginReportImport(_ request: ReportImportRequest, stamp: ActionStamp) async throws -> ReportImport {
        guard let tenant = try await tenant(request.tenantID) else { throw ProductError.notFound }
        return ReportImport(store: self, request: request, tenant: tenant.externalID, stamp: stamp)
    }
}
