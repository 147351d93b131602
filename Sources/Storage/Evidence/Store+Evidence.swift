import Domain
import GRDB
import Logging

extension Store {
    /// Runs `body` on a thread of its own; it may read the tenant's evidence in one snapshot after the other, and do
    /// without in between. Imports go on meanwhile; the write-ahead log grows until a snapshot ends.
    public func withSnapshots<Value: Sendable>(
        of tenant: TenantID, _ body: @escaping @Sendable (EvidenceSnapshots) throws -> Value
    ) async throws -> Value {
        let snapshots = EvidenceSnapshots(
            tenant: tenant, state: state, faults: configuration.faults, logger: logger)
        return try await DedicatedThread.run(name: "evidence") { try body(snapshots) }
    }
}

/// Hands out a tenant's evidence, a snapshot at a time.
public struct EvidenceSnapshots: Sendable {
    fileprivate let tenant: TenantID
    fileprivate let state: StateDirectory
    fileprivate let faults: FaultHook?
    fileprivate let logger: Logger

    /// Runs `body` inside one read transaction; NOT_FOUND when there is no such tenant.
    ///
    /// What `body` throws is the caller's own and passes unchanged; a snapshot that cannot be had is a `ProductError`.
    public func read<Value>(_ body: (StoredEvidence) throws -> Value) throws -> Value {
        do {
            try faults?(.snapshotBeforeRead)
            return try LongRead.snapshot(of: state, "evidence") { try body(StoredEvidence(of: tenant, $0)) }
        } catch  where StoreFailure.isOfDatabase(error) || error is SystemError {
            throw StoreFailure.report(error, logger)
        }
    }
}
