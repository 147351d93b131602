import GRDB
import ReviewPackModel

/// Synchronous look-ups of single rows on one connection of their own, for an event loop: microseconds, no queue.
///
/// Each look-up is one statement and so its own snapshot. Use it from one thread at a time.
public final class PointReader {
    private let queue: DatabaseQueue
    private let store: Store

    init(_ store: Store) throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.label = "reviewpack.points"
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA trusted_schema = OFF") }
        queue = try DatabaseQueue(path: store.state.databasePath, configuration: configuration)
        self.store = store
    }

    public func pack(_ id: PackID) throws -> PackRecord? { try read { try PackRecord.find(id, $0) } }
    public func tenant(_ id: TenantID) throws -> TenantRecord? { try read { try TenantRecord.find(id, $0) } }
    public func tenant(externalID: TenantExternalID) throws -> TenantRecord? {
        try read { try TenantRecord.find(externalID, $0) }
    }
    public func workspace(_ id: WorkspaceID) throws -> WorkspaceRecord? {
        try read { try WorkspaceRecord.find(id, $0) }
    }
    public func blockDigests(of pack: PackID) throws -> [Digest256] { try read { try BlockDigests.read(pack, $0) } }

    private func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try queue.unsafeRead(body)
        } catch {
            throw StoreFailure.report(error, store.logger)
        }
    }
}

extension Store {
    /// A reader for one event loop or thread; it keeps the store alive.
    public func makePointReader() throws -> PointReader {
        do { return try PointReader(self) } catch { throw StoreFailure.report(error, logger) }
    }
}
