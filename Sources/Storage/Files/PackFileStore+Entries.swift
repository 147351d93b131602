import Domain
import GRDB
import Glibc

// What a check needs of the exports directory. Nothing here follows a link.

extension PackFileStore {
    /// The status of an entry, of a link itself; nil when there is none.
    func entry(_ name: String) throws(SystemError) -> stat? {
        var status = stat()
        if fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { return status }
        if errno == ENOENT { return nil }
        throw SystemError(errno, "fstatat")
    }

    /// Gives a regular file mode 0600 again.
    func resetMode(of name: String) throws(SystemError) {
        let file = try SystemFile.open(name, in: directory, O_RDONLY | O_NONBLOCK)
        guard try SystemFile.status(file.raw).st_mode & S_IFMT == S_IFREG else { throw SystemError(EINVAL, "fchmod") }
        if fchmod(file.raw, 0o600) != 0 { throw SystemError(errno, "fchmod") }
    }

    /// The mode bits of the directory itself; they should be 0700.
    func directoryMode() throws(SystemError) -> mode_t { try SystemFile.status(directory).st_mode & 0o7777 }

    func resetDirectoryMode() throws(SystemError) {
        if fchmod(directory, 0o700) != 0 { throw SystemError(errno, "fchmod") }
    }

    /// The pack that an entry is named after, finished or not; nil for a name that the service never gives.
    private static func pack(of name: String) -> PackID? {
        let isTemporary = name.hasPrefix(".") && name.hasSuffix(".tmp")
        let stem = isTemporary ? name.dropFirst().dropLast(4) : name.dropLast(name.hasSuffix(".zip") ? 4 : 0)
        return PackID(String(stem)).flatMap { name == finalName($0) || name == temporaryName($0) ? $0 : nil }
    }

    /// The entries that rows name. A ready pack's file is among them, be its row's path damaged, and so is a path of a row whose id is.
    static func namedFiles(_ database: Database) throws -> Set<String> {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT id, CAST(file_path AS TEXT) AS file_path, status NOT IN (1, 2, 4, 5) AS may_be_ready FROM review_pack
                WHERE file_path IS NOT NULL OR status IS NULL OR status NOT IN (1, 2, 4, 5)
                """)
        var names: Set<String> = []
        for row in rows.map({ $0.of("review_pack") }) {
            if let path = try? row.value("file_path") as String { names.insert(path) }
            let mayBeReady = (try? row.value("may_be_ready") as Bool) ?? true
            if mayBeReady, let id = try? row.value("id") as PackID { names.insert(finalName(id)) }
        }
        return names
    }

    /// Whether an entry is a pack's file and there is no such pack any more. The row of a pack is older than its file, so what was
    /// listed before the snapshot of `database` began is on nobody's way to a row.
    static func isRowless(_ name: String, _ database: Database) throws -> Bool {
        guard let id = pack(of: name) else { return false }
        return try Int.fetchOne(
            database.cachedStatement(sql: "SELECT 1 FROM review_pack WHERE id = ?"), arguments: [id]) == nil
    }

    /// What an entry is when its pack's row does not want it; nil when it is where it belongs.
    ///
    /// Files of a pack that is queued or generating are in use. Everything that names a pack which has ended otherwise, or an
    /// unfinished file of no pack, is left over; what names no pack is an orphan.
    static func judge(_ name: String, _ database: Database) throws -> CheckProblem.Kind? {
        guard let id = pack(of: name) else { return .orphanFile }
        let isTemporary = name == temporaryName(id)
        let row = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT status FROM review_pack WHERE id = ?"), arguments: [id])
        guard let row else { return isTemporary ? .leftoverFile : .orphanFile }
        // Of a row that cannot be read nobody knows what it wants: its bytes stay.
        guard let status = try? row.of("review_pack").value("status") as PackStatus else { return nil }
        switch status {
        case .queued, .generating: return nil
        // Whatever the row says of its path: these are the bytes that were published for it.
        case .ready where !isTemporary: return nil
        case .ready, .failed, .expired: return .leftoverFile
        }
    }
}
