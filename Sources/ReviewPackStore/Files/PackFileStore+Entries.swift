import GRDB
import Glibc
import ReviewPackModel

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

    /// What an entry is when its pack's row does not want it; nil when it is where it belongs.
    ///
    /// Files of a pack that is queued or generating are in use. Everything that names a pack which has ended otherwise, or an
    /// unfinished file of no pack, is left over; what names no pack is an orphan.
    static func judge(_ name: String, _ database: Database) throws -> CheckProblem.Kind? {
        let isTemporary = name.hasPrefix(".") && name.hasSuffix(".tmp")
        let stem = isTemporary ? name.dropFirst().dropLast(4) : name.dropLast(name.hasSuffix(".zip") ? 4 : 0)
        guard let id = PackID(String(stem)), name == finalName(id) || name == temporaryName(id) else {
            return .orphanFile
        }
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
