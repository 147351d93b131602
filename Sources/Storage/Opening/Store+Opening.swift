package import Domain
import GRDB
package import Logging
import Synchronization

extension Store {
    /// Opens the database, brings its schema up to date and reads the access index.
    ///
    /// Throws `StateError` when the directory's database cannot be used.
    package static func open(
        state: StateDirectory, configuration: StoreConfiguration, clock: @escaping WallClock,
        logger: Logger
    ) throws -> Store {
        let reserve = ReserveFile(in: state, size: configuration.reserveBytes)
        do {
            let pool = try openDatabase(state, configuration, clock, logger, reserve)
            let store = try Store(state, configuration, clock, logger, pool, reserve)
            let index = try pool.read { try readAccess($0, logger) }
            store.shared.access.withLock { $0 = index }
            if !reserve.fill() { logger.warning("there is no room for the reserve file; free disk space") }
            store.crowds.whenCrowded { [weak store] in store?.trimNotifications(of: $0) }
            return store
        } catch let error as StateError {
            throw error
        } catch {
            throw StateError(opening: state.databasePath, error)
        }
    }

    /// Opening writes: a log, its index, now and then a new version's tables. On a full disk the reserve makes room for
    /// them.
    private static func openDatabase(
        _ state: StateDirectory, _ configuration: StoreConfiguration, _ clock: @escaping WallClock, _ logger: Logger,
        _ reserve: ReserveFile
    ) throws -> DatabasePool {
        do {
            return try DatabaseOpening.open(state, configuration, clock, logger)
        } catch let error as StateError where error.reason == .io && reserve.releaseOnFullDisk() {
            logger.warning("the disk is full; the reserve was given up to start", metadata: ["error": "\(error)"])
            return try DatabaseOpening.open(state, configuration, clock, logger)
        }
    }

    /// Writes the events that are still counted, waits for the writer and closes. Later calls throw DRAINING.
    package func close() async throws {
        guard !isClosed.exchange(true, ordering: .relaxed) else { return }
        try await flushCounted(everything: true)
        await writes.flush()
        await forgetDeleted()
        try pulse.close()
        try pool.close()
    }

    private static func readAccess(_ database: Database, _ logger: Logger) throws -> AccessIndex {
        try AccessIndex(reading: database) { row in
            logger.critical("a row gives no rights, because it is damaged; run check", metadata: ["row": "\(row)"])
        }
    }
}

extension StateError {
    /// What it means for the operator that a database cannot be opened or its rights not be read. A statement that
    /// cannot run, or a table that is there before it is made, is damage here: nothing has been asked yet that could be
    /// wrong by itself.
    init(opening path: String, _ error: any Error) {
        let code = (error as? DatabaseError)?.resultCode
        let isDamage =
            StoreFailure.productError(for: error).reason == .databaseDamaged || code == .SQLITE_ERROR
            || code == .SQLITE_CONSTRAINT
        let what = (error as? DatabaseError)?.message ?? "\(error)"
        self.init(isDamage ? .damaged : .io, "\(path) cannot be opened: \(what)")
    }
}
