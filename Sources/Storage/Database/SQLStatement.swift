import Bytes
import Domain
import Evidence
import GRDB
import GRDBSQLite

/// A prepared statement for the loops over half a million rows: bound from raw bytes, read as raw bytes, without a
/// `Row`.
///
/// Owns the statement; its connection must outlive it. Bound buffers are not copied, so they must stay unchanged until
/// the statement is stepped and reset. Columns are valid until the next `step` or `reset`.
struct SQLStatement: ~Copyable {
    private let statement: OpaquePointer
    private let connection: OpaquePointer

    init(_ database: Database, _ sql: String) throws {
        guard let connection = database.sqliteConnection else { throw StoreFailure.draining }
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)))
        }
        self.statement = statement
        self.connection = connection
    }

    deinit { sqlite3_finalize(statement) }

    // MARK: - Binding, from 1

    func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(statement, index, value) }
    func bind(_ index: Int32, _ time: UnixMillis?) {
        if let time { sqlite3_bind_int64(statement, index, time.rawValue) } else { sqlite3_bind_null(statement, index) }
    }
    func bind(blob index: Int32, _ bytes: UnsafeRawBufferPointer) {
        sqlite3_bind_blob64(statement, index, bytes.baseAddress ?? SQLStatement.nothing, UInt64(bytes.count), nil)
    }
    func bind(text index: Int32, _ bytes: UnsafeRawBufferPointer) {
        let base = (bytes.baseAddress ?? SQLStatement.nothing).assumingMemoryBound(to: CChar.self)
        sqlite3_bind_text64(statement, index, base, UInt64(bytes.count), nil, UInt8(SQLITE_UTF8))
    }
    /// A digest of 32 bytes; copied, unlike buffers.
    func bind(_ index: Int32, _ digest: Digest256) {
        digest.withBytes { bytes in
            _ = sqlite3_bind_blob(
                statement, index, bytes.baseAddress, Int32(bytes.count),
                unsafeBitCast(-1, to: sqlite3_destructor_type.self))
        }
    }
    func bindNull(_ index: Int32) { sqlite3_bind_null(statement, index) }

    /// A null pointer would bind NULL where an empty value is meant. Nothing is ever read from it, so all threads may
    /// have it.
    nonisolated(unsafe) private static let nothing = UnsafeRawPointer(
        UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1))

    // MARK: - Running

    /// True when there is a row.
    func step() throws -> Bool {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)))
        }
    }

    func reset() { sqlite3_reset(statement) }

    /// Runs a statement that gives no rows.
    func run() throws {
        defer { reset() }
        _ = try step()
    }

    // MARK: - Reading, from 0

    func int(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }
    func isInteger(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_INTEGER }
    func time(_ column: Int32) -> UnixMillis { UnixMillis(int(column)) }
    func optionalTime(_ column: Int32) -> UnixMillis? { isNull(column) ? nil : time(column) }
    /// The bytes of a text or blob, as the database holds them.
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        let base = sqlite3_column_blob(statement, column)
        return UnsafeRawBufferPointer(
            start: base, count: base == nil ? 0 : Int(sqlite3_column_bytes(statement, column)))
    }
}
