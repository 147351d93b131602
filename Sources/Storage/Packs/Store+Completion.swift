import Bytes
package import Domain
import Foundation
import GRDB
import Logging

extension Store {
    /// Makes a pack ready whose file is durable: one transaction sets the row, completes the operation run, notifies,
    /// audits.
    ///
    /// Returns the pack as it now stands. When another ready pack has come to hold the same evidence, also one that is
    /// past its time and held back (`ClockTrust`), or when the pack was failed meanwhile (time limit), it is failed and
    /// its file is removed. On a throw the pack is still `generating`, and the caller fails it; its file is removed by
    /// then, unless nothing at all can be written.
    package func completePack(_ rendered: RenderedPack, in file: PublishedPackFile) async throws -> PackRecord {
        do {
            let (pack, expired) = try await write { [configuration] transaction in
                let outcome = try transaction.complete(rendered, file)
                try configuration.faults?(.completeBeforeCommit)
                return outcome
            }
            try configuration.faults?(.completeAfterCommit)
            await finishWhatCan(expired)
            if pack.storedStatus != .ready { try removeFiles([file.name]) }
            return pack
        } catch {
            await removeUnlessReady(file)
            throw error
        }
    }

    /// Takes the bytes of a pack that did not become ready.
    ///
    /// A commit that failed may have reached the write-ahead log all the same, and a crash would then find it there: a
    /// ready pack without bytes. So the bytes go only after another commit, which overwrites it; where that fails as
    /// well they stay, for `failPack` or the next start.
    private func removeUnlessReady(_ file: PublishedPackFile) async {
        do {
            let named = try await writeUsingReserve { transaction in
                try transaction.execute(
                    "UPDATE review_pack SET updated_at = ? WHERE id = ? AND status = \(PackStatus.generating.sql)",
                    [transaction.now, file.packID])
                return try PackRecord.find(file.packID, transaction.database)?.file
            }
            // An error after the commit must not take a ready pack's bytes: only a row that does not name them loses
            // them.
            if named != file.name { try removeFiles([file.name]) }
        } catch {
            logger.error(
                "the bytes of a review pack that did not become ready are still there",
                metadata: ["pack": "\(file.packID)", "error": "\(error)"])
        }
    }

    /// Ends a generation as failed: reason in the run's context, a sanitised notification, an audit event.
    ///
    /// A pack that is no longer queued or generating stays as it is and is returned.
    package func failPack(_ id: PackID, reason: FailureReason) async throws -> PackRecord {
        let pack = try await writeUsingReserve { [configuration] transaction in
            let pack = try PackRecord.require(id, transaction.database)
            guard pack.storedStatus.isActive else { return pack }
            try transaction.fail(pack, reason)
            try configuration.faults?(.failBeforeCommit)
            return try PackRecord.require(id, transaction.database)
        }
        try configuration.faults?(.failAfterCommit)
        // Left by a completion that failed when nothing could be written.
        let name = PackFileStore.finalName(id)
        if pack.storedStatus == .failed, (try? files.entry(name)) != nil { try? removeFiles([name]) }
        return pack
    }
}

extension WriteTransaction {
    /// Returns the pack as it now stands, and the tenant's packs that were expired on the way because their time had
    /// passed: one of them may hold the same evidence, and could not stand in for this one any more.
    fileprivate func complete(
        _ rendered: RenderedPack, _ file: PublishedPackFile
    ) throws -> (pack: PackRecord, expired: [PackRecord]) {
        let pack = try PackRecord.require(file.packID, database)
        // Failed by its time limit or cancelled meanwhile: what was made is not wanted any more.
        guard pack.storedStatus == .generating else { return (pack, []) }
        let tenant = try TenantKey.require(pack.tenantID, database)
        let (expired, held) = try expirePastDue(of: tenant, .system)
        // One live pack of the same evidence. This one answers as expired, so it stands in for none; while the clock is
        // doubted it keeps its bytes all the same.
        if held.contains(where: { $0.fingerprint == rendered.fingerprint }) {
            try fail(pack, .heldBack)
            return (try PackRecord.require(pack.id, database), expired)
        }
        let other = try PackID.fetchOne(
            database,
            sql: """
                SELECT id FROM review_pack
                WHERE tenant = ? AND fingerprint = ? AND status = \(PackStatus.ready.sql) AND id <> ?
                """,
            arguments: [tenant.number, rendered.fingerprint, pack.id])
        if let other {
            try fail(pack, .superseded, by: other)
            return (try PackRecord.require(pack.id, database), expired)
        }
        try execute(
            """
            UPDATE review_pack SET status = ?, fingerprint = ?, sha256 = ?, file_size = ?, file_path = ?, summary = ?,
                generated_at = ?, expires_at = ?, updated_at = ? WHERE id = ?
            """,
            [
                PackStatus.ready, rendered.fingerprint, rendered.sha256, file.size, file.name,
                try StoredJSON.encode(StoredSummary(rendered.summary)), rendered.generatedAt, rendered.expiresAt,
                now, pack.id,
            ])
        try execute(
            "INSERT OR REPLACE INTO pack_blocks (pack, digests) VALUES (?, ?)",
            [pack.id, Data(rendered.blockDigests.flatMap(\.bytes))])
        try finishRun(of: pack, .succeeded, reason: nil, context: ["pack": pack.id.description])
        try notify(.ready(pack), initiator: pack.initiator)
        try audit(
            AuditEntry(
                .completePack, workspaceID: pack.workspaceID, tenantID: pack.tenantID, packID: pack.id,
                details: ["sha256": rendered.sha256.description]), by: pack.initiator,
            method: ActionStamp.system.method)
        noteChange(of: pack.id, tenant: pack.tenantID, to: .ready)
        return (try PackRecord.require(pack.id, database), expired)
    }

    /// The one way into `failed`; the pack is active.
    func fail(_ pack: PackRecord, _ reason: FailureReason, by other: PackID? = nil) throws {
        assert(pack.storedStatus.canBecome(.failed))
        try execute(
            "UPDATE review_pack SET status = ?, failure_reason = ?, superseded_by = ?, updated_at = ? WHERE id = ?",
            [PackStatus.failed, reason, other, now, pack.id])
        var context = ["pack": pack.id.description, "reason_code": reason.rawValue]
        context["superseded_by"] = other?.description
        try finishRun(of: pack, .failed, reason: reason, context: context)
        try notify(.failed(pack, reason), initiator: pack.initiator)
        try audit(
            AuditEntry(
                .failPack, outcome: .failed, reason: reason.rawValue, workspaceID: pack.workspaceID,
                tenantID: pack.tenantID, packID: pack.id), by: pack.initiator, method: ActionStamp.system.method)
        noteChange(of: pack.id, tenant: pack.tenantID, to: .failed)
    }

    private func finishRun(
        of pack: PackRecord, _ outcome: OperationOutcome, reason: FailureReason?, context: [String: String]
    ) throws {
        try execute(
            """
            UPDATE operation_run SET status = ?, outcome = ?, reason_code = ?, finished_at = ?, context = ?
            WHERE id = ? AND pack = ?
            """,
            [
                OperationStatus.completed, outcome, reason?.rawValue, now, JSONObjectText.render(context),
                pack.operationRunID, pack.id,
            ])
    }
}

extension Store {
    /// Ends a queued or generating pack as failed with `cancelled`, on a caller's word.
    ///
    /// Whoever runs the generation stops it afterwards; what it publishes until then is refused and removed by
    /// `completePack`. Throws WRONG_STATE, with the status that callers see, for a pack that is neither queued nor
    /// generating.
    package func cancelPack(_ id: PackID, stamp: ActionStamp) async throws -> PackRecord {
        let pack = try await writeUsingReserve { [configuration] transaction in
            var pack = try PackRecord.require(id, transaction.database)
            guard pack.storedStatus.isActive else {
                pack.storedStatus = pack.status(at: transaction.now)
                throw PackRecord.wrongState(pack)
            }
            try transaction.cancel(pack, stamp)
            try configuration.faults?(.failBeforeCommit)
            return try PackRecord.require(id, transaction.database)
        }
        try configuration.faults?(.failAfterCommit)
        return pack
    }
}

extension WriteTransaction {
    /// Two events: who asked for the end, and the end itself, as every other failure has it. The pack is active.
    func cancel(_ pack: PackRecord, _ stamp: ActionStamp) throws {
        try audit(
            AuditEntry(.cancelPack, workspaceID: pack.workspaceID, tenantID: pack.tenantID, packID: pack.id), stamp)
        try fail(pack, .cancelled)
    }
}
