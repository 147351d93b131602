import Domain

extension Store {
    /// Ends a queued or generating pack as failed with `cancelled`, on a caller's word.
    ///
    /// Whoever runs the generation stops it afterwards; what it publishes until then is refused and removed by
    /// `completePack`. Throws WRONG_STATE, with the status that callers see, for a pack that is neither queued nor
    /// generating.
    public func cancelPack(_ id: PackID, stamp: ActionStamp) async throws -> PackRecord {
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
