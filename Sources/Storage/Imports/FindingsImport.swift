import Bytes
import Crypto
import Domain
import Evidence
import GRDB
import Synchronization

/// Stages one findings import and applies it; `finish` or `abort` ends it, and dropping it aborts.
///
/// Bytes are parsed and staged outside of any lock, in a file without a name. Only `finish` writes: one transaction
/// that opens after the last byte was read. Whatever goes wrong before its commit leaves nothing behind.
public final class FindingsImport: Sendable {
    private let store: Store
    private let request: FindingsImportRequest
    private let stamp: ActionStamp
    private let startedAt: UnixMillis
    private let queue = ImportQueue()
    private let stage: FindingsStage
    private let isAborted = Atomic(false)
    private let share: StagedShare

    private let tenant: TenantExternalID
    private let key: FingerprintKey

    init(
        store: Store, request: FindingsImportRequest, tenant: TenantExternalID, key: FingerprintKey, stamp: ActionStamp
    ) {
        self.store = store
        self.request = request
        self.stamp = stamp
        self.tenant = tenant
        self.key = key
        startedAt = store.now()
        share = store.staging.share()
        stage = FindingsStage(
            request: request, tenant: tenant, key: key, configuration: store.configuration, state: store.state,
            now: { store.now() })
    }

    /// Parses and stages the next bytes of the input, split anywhere.
    public func push(_ bytes: [UInt8]) async throws {
        try await reporting { [stage, share] in
            try stage.push(bytes)
            try share.hold(stage.heldBytes)
        }
    }

    /// Ends the input and applies it. Cancelling the task aborts: throws CANCELLED, unless the commit was reached
    /// before.
    public func finish() async throws -> ImportResult {
        // The one writer would else be held to the end for somebody who has gone.
        try await withTaskCancellationHandler {
            try await store.inTurn { try await reporting { [self] in try apply() } }
        } onCancel: {
            abort()
        }
    }

    /// Drops what was staged. An application that runs already stops at its next record.
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

    private func apply() throws -> ImportResult {
        let input = try stage.end()
        let digest = stamp.digest(withInput: input.sha256)
        if input.recordsRead > 0, input.recordsRejected == input.recordsRead {
            return try store.recordRejection(
                of: rejected(input), in: request.tenantID, startedAt: startedAt, stamp: stamp, digest: digest)
        }
        try store.configuration.faults?(.importBeforeApply)
        let result = try store.writeAlone { transaction in
            try checkAborted()
            if let earlier = try transaction.earlierImport(stamp, digest: digest) { return earlier }
            let tenant = try TenantKey.require(request.tenantID, transaction.database)
            try transaction.requireRoom(forSources: input.summary.sources.map(\.name), of: tenant.number)
            let runTime = input.summary.runTime ?? transaction.now
            var application = try FindingsApplication(
                transaction.database, tenant: tenant.number,
                fingerprints: FindingFingerprint(tenant: self.tenant, key: key), runTime: runTime,
                skipsBadRecords: request.skipsBadRecords)
            try application.apply(stage.takeRecords(), shouldStop: checkAborted)
            try store.configuration.faults?(.importDuringApply)
            var evaluated: Set<Int64> = []
            if input.format == .ocsf {
                try stage.forEachEvaluatedCheck { source, check in
                    if let number = try application.noteEvaluation(source: source, check: check) {
                        evaluated.insert(number)
                    }
                }
            }
            try application.resolveAbsent(evaluated: evaluated, shouldStop: checkAborted)
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
            let record = ImportRecord(
                counts: counts, warnings: input.warnings(duplicates: counts.duplicates), inputSHA256: input.sha256,
                rejections: rejections,
                run: ImportedRun(
                    id: runID, at: input.summary.runTime?.description,
                    format: input.format.map { $0 == .native ? "native" : "ocsf" }))
            let result = try transaction.recordImport(
                ImportKind(operation: .importFindings, action: .importFindings), record, tenant: tenant,
                startedAt: startedAt, stamp: stamp, digest: digest)
            try checkAborted()
            try store.configuration.faults?(.importBeforeCommit)
            return result
        }
        try store.configuration.faults?(.importAfterCommit)
        return result
    }

    private func rejected(_ input: StagedInput) -> RejectedImport {
        var counts = ImportCounts()
        counts.read = Int64(input.recordsRead)
        counts.rejected = Int64(input.recordsRejected)
        return RejectedImport(
            kind: ImportKind(operation: .importFindings, action: .importFindings),
            record: ImportRecord(
                counts: counts, warnings: input.warnings(duplicates: 0), inputSHA256: input.sha256,
                rejections: input.rejections))
    }

    private func checkAborted() throws {
        if isAborted.load(ordering: .relaxed) { throw CancellationError() }
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

extension ActionStamp {
    /// The request's digest together with that of the bytes that it brought: a retry must bring both.
    func digest(withInput sha256: Digest256) -> Digest256 {
        var encoding = CanonicalEncoding(tag: "RPIM", version: 1)
        encoding.append(requestDigest ?? .zero)
        encoding.append(sha256)
        return encoding.sha256
    }
}

extension Store {
    /// Begins a findings import; NOT_FOUND when there is no such tenant.
    public func beginFindingsImport(_ request: FindingsImportRequest, stamp: ActionStamp) async throws -> FindingsImport
    {
        let (tenant, key) = try await read { database in
            let tenant = try TenantKey.require(request.tenantID, database)
            return (tenant, try FingerprintKey.read(of: tenant.number, database))
        }
        return FindingsImport(store: self, request: request, tenant: tenant.externalID, key: key, stamp: stamp)
    }
}
