import GRDB
import GRDBSQLite
import ReviewPackIngest
import ReviewPackModel

/// A prepared statement for loops that run once for every finding: it binds and reads memory in place, without values in between.
///
/// It belongs to the connection and the closure that made it, and ends with its owner. Bound memory must live until the next
/// `step` that follows it has returned; column memory lives until the next `step` or `reset` (sqlite3_column_blob).
struct RawStatement: ~Copyable {
    private let connection: OpaquePointer
    private let handle: OpaquePointer

    init(_ database: Database, _ sql: String) throws {
        guard let connection = database.sqliteConnection else { throw StoreFailure.draining }
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)), sql: sql)
        }
        self.connection = connection
        self.handle = handle
    }

    deinit { sqlite3_finalize(handle) }

    // MARK: Binding; indexes from 1

    func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }
    func bind(_ index: Int32, _ value: Int) { sqlite3_bind_int64(handle, index, Int64(value)) }
    func bind(_ index: Int32, _ time: UnixMillis) { sqlite3_bind_int64(handle, index, time.rawValue) }
    func bindNull(_ index: Int32) { sqlite3_bind_null(handle, index) }

    func bind(_ index: Int32, _ time: UnixMillis?) {
        if let time { bind(index, time) } else { bindNull(index) }
    }

    /// An empty text is the empty string, never NULL.
    func bind(_ index: Int32, text bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress, bytes.count > 0 else {
            sqlite3_bind_text(handle, index, "", 0, nil)
            return
        }
        sqlite3_bind_text(handle, index, base.assumingMemoryBound(to: CChar.self), Int32(clamping: bytes.count), nil)
    }

    func bind(_ index: Int32, blob bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else {
            sqlite3_bind_zeroblob(handle, index, 0)
            return
        }
        sqlite3_bind_blob(handle, index, base, Int32(clamping: bytes.count), nil)
    }

    /// A digest, copied by SQLite.
    func bind(_ index: Int32, _ digest: Hash256) {
        digest.withBytes { bytes in
            _ = sqlite3_bind_blob(
                handle, index, bytes.baseAddress, 32, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
        }
    }

    // MARK: Running

    /// True when a row can be read, false at the end.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)))
        }
    }

    /// Runs a statement without rows and makes it ready for the next values.
    func execute() throws {
        defer { sqlite3_reset(handle) }
        while try step() {}
    }

    func reset() { sqlite3_reset(handle) }

    // MARK: Reading; indexes from 0

    func int64(_ index: Int32) -> Int64 { sqlite3_column_int64(handle, index) }
    func isNull(_ index: Int32) -> Bool { sqlite3_column_type(handle, index) == SQLITE_NULL }
    func time(_ index: Int32) -> UnixMillis? { isNull(index) ? nil : UnixMillis(int64(index)) }

    func bytes(_ index: Int32) -> UnsafeRawBufferPointer {
        // The pointer first: asking for the size first could convert the value twice.
        let base = sqlite3_column_blob(handle, index)
        return UnsafeRawBufferPointer(start: base, count: base == nil ? 0 : Int(sqlite3_column_bytes(handle, index)))
    }
}
