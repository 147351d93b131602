import Bytes
package import Domain
import Evidence
import GRDB
import Logging

extension Store {
    /// Creates a queued pack, or names the ready one that already holds this evidence.
    ///
    /// One transaction, in this order: an earlier request with the same id answers; the tenant's packs past their time
    /// are expired, unless the clock is doubted; an unexpired ready pack with the same fingerprint is reused and
    /// nothing else is written; an active generation refuses with GENERATION_IN_PROGRESS and its id (metadata `pack`);
    /// a uid whose share is full gets JOB_LIMIT; else the pack and its operation run are queued. The bytes of the packs
    /// expired here are gone when this returns.
    package func requestGeneration(_ request: GenerationRequest, stamp: ActionStamp) async throws -> GenerationOutcome {
        // Not from the reserve: it is for what frees space, and a new pack needs more of it.
        let (outcome, expired, held) = try await write { [configuration] transaction in
            let decision = try transaction.requestGeneration(request, stamp)
            try configuration.faults?(.requestBeforeCommit)
            return decision
        }
        try configuration.faults?(.requestAfterCommit)
        // A file that cannot be removed now is a leftover, which the next prune takes; the pack is queued and must not
        // be lost.
        await finishWhatCan(expired)
        if !held.isEmpty {
            logger.warning(
                "packs past their time keep their bytes",
                metadata: [
                    "packs": "\(held.count)", "tenant": "\(request.tenantID)",
                    "why": "\(ClockTrust.explanation(graceDays: ClockTrust.usualGraceDays))",
                ])
        }
        return try outcome.get()
    }

    /// A generation begins: `queued` becomes `generating`. WRONG_STATE when the pack is no longer queued.
    package func markGenerating(_ id: PackID) async throws -> PackRecord {
        let pack = try await write { [configuration] transaction in
            var pack = try PackRecord.require(id, transaction.database)
            guard pack.storedStatus.canBecome(.generating) else { throw PackRecord.wrongState(pack) }
            try transaction.execute(
                "UPDATE review_pack SET status = ?, updated_at = ? WHERE id = ?",
                [PackStatus.generating, transaction.now, id])
            try transaction.execute(
                "UPDATE operation_run SET status = ?, started_at = ? WHERE pack = ? AND id = ?",
                [OperationStatus.running, transaction.now, id, pack.operationRunID])
            try configuration.faults?(.markBeforeCommit)
            transaction.noteChange(of: id, tenant: pack.tenantID, to: .generating)
            pack.storedStatus = .generating
            pack.updatedAt = transaction.now
            return pack
        }
        try configuration.faults?(.markAfterCommit)
        return pack
    }
}

extension WriteTransaction {
    /// The decision is a value, not a throw: packs that were expired on the way stay expired when it is a refusal.
    fileprivate func requestGeneration(
        _ request: GenerationRequest, _ stamp: ActionStamp
    ) throws -> (outcome: Result<GenerationOutcome, ProductError>, expired: [PackRecord], held: [PackRecord]) {
        let tenant = try TenantKey.require(request.tenantID, database)
        if let earlier = try earlierEffect(of: stamp) {
            guard let id = PackID(earlier), let pack = try PackRecord.find(id, database) else {
                throw ProductError.notFound
            }
            return (.success(.created(pack)), [], [])
        }
        var previous: Digest256?
        if let source = request.regenerateFrom {
            let pack = try PackRecord.require(source, database)
            guard pack.tenantID == request.tenantID else { throw ProductError.notFound }
            previous = pack.fingerprint
        }
        let (expired, held) = try expirePastDue(of: tenant, stamp)
        let fingerprint = try EvidenceFingerprint.digest(of: tenant, options: request.options, database)
        if let ready = try PackRecord.ready(fingerprint, of: tenant.number, at: now, database) {
            return (.success(.reused(ready)), expired, held)
        }
        if let active = try PackRecord.active(of: tenant.number, database) {
            return (.failure(PackRecord.inProgress(active)), expired, held)
        }
        if let limit = request.activeLimit, try activePacks(of: stamp.actor) >= limit {
            return (.failure(PackRecord.shareIsFull(limit)), expired, held)
        }
        // One live pack of the same evidence: it would have to lose its bytes first.
        if let twin = held.first(where: { $0.fingerprint == fingerprint }) {
            return (.failure(PackRecord.heldBack(twin)), expired, held)
        }
        let id: PackID = newID()
        try queue(id, tenant, request, fingerprint, previous, stamp)
        return (.success(.created(try PackRecord.require(id, database))), expired, held)
    }

    /// How many packs that this uid asked for are queued or generating, for whomever it spoke.
    private func activePacks(of actor: Actor) throws -> Int {
        try Int.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT count(*) FROM review_pack WHERE status IN \(PackStatus.active.sql) AND initiator_uid IS ?
                    """),
            arguments: [actor.uid]) ?? 0
    }

    private func queue(
        _ id: PackID, _ tenant: TenantKey, _ request: GenerationRequest, _ fingerprint: Digest256,
        _ previous: Digest256?, _ stamp: ActionStamp
    ) throws {
        let run = OperationRecord(
            id: newID(), type: .generateReviewPack, status: .queued, initiator: stamp.actor.initiator, startedAt: now,
            context: JSONObjectText.render(["pack": id.description]))
        try insert(run, tenant: tenant.number, onBehalfOf: stamp.actor.onBehalfOf, pack: id)
        try execute(
            """
            INSERT INTO review_pack (id, workspace, tenant, operation_run, initiator_uid, initiator_on_behalf_of,
                status,
                fingerprint, previous_fingerprint, options, retention_days, file_disk, created_at, updated_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                id, tenant.workspaceNumber, tenant.number, run.id, stamp.actor.uid, stamp.actor.onBehalfOf,
                PackStatus.queued, fingerprint, previous, try StoredJSON.encode(StoredOptions(request.options)),
                request.retentionDays, StateDirectory.exportsName, now, now,
            ])
        try audit(
            AuditEntry(
                .requestPack, workspaceID: tenant.workspaceID, tenantID: tenant.id, packID: id,
                details: ["operation_run": run.id.description]), stamp)
        try remember(id.description, of: stamp)
        noteChange(of: id, tenant: tenant.id, to: .queued)
    }
}

extension PackRecord {
    static func shareIsFull(_ limit: Int) -> ProductError {
        ProductError(
            .jobLimit, "this user has \(limit) generations under way, which is the limit; wait for one to end",
            metadata: ["limit": "\(limit)"])
    }

    static func heldBack(_ pack: PackRecord) -> ProductError {
        ProductError(
            .wrongState,
            """
            an expired review pack of the same evidence still has its bytes: expire it \
            (`\(ClientCommandLine.expire)`), or resolve the doubt: \
            \(ClockTrust.explanation(graceDays: ClockTrust.usualGraceDays))
            """,
            metadata: ["pack": pack.id.description, "status": PackStatus.expired.word])
    }

    static func wrongState(_ pack: PackRecord) -> ProductError {
        ProductError(
            .wrongState, "the review pack is \(pack.storedStatus.word)",
            metadata: ["pack": pack.id.description, "status": pack.storedStatus.word])
    }
}
