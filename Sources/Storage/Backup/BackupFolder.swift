import Glibc
import SystemIO

/// `DIR/.backup` (0700): the copy of the database and a second name of each pack file, while a backup is sent.
///
/// The second names keep the bytes of packs that expire meanwhile. They go one by one as they have been sent, all of
/// them with this value, and after a crash at the next start.
final class BackupFolder: Sendable {
    static let name = ".backup"

    private let state: StateDirectory
    private let directory: OwnedDescriptor

    /// Makes the folder anew; whatever an earlier one held is removed.
    init(in state: StateDirectory) throws {
        try BackupFolder.remove(from: state)
        if mkdirat(state.root.raw, BackupFolder.name, 0o700) != 0 { throw SystemError(errno, "mkdir") }
        self.state = state
        directory = try SystemFile.open(BackupFolder.name, in: state.root.raw, O_RDONLY | O_DIRECTORY)
    }

    deinit { _ = try? BackupFolder.remove(from: state) }

    func path(of name: String) -> String { "\(state.path)/\(BackupFolder.name)/\(name)" }

    /// Makes an empty file (0600) for SQLite to fill.
    func create(_ name: String) throws(SystemError) {
        _ = try SystemFile.open(name, in: directory.raw, O_RDWR | O_CREAT | O_EXCL)
    }

    /// Gives a pack's file its second name; false when the file is not there.
    func link(_ name: String) throws(SystemError) -> Bool {
        // Without AT_SYMLINK_FOLLOW a link itself gets the name, and is refused when it is opened.
        if linkat(state.exports.raw, name, directory.raw, name, 0) == 0 { return true }
        // EPERM: it is a folder, which has no second name.
        if errno == ENOENT || errno == EPERM { return false }
        throw SystemError(errno, "link")
    }

    func open(_ name: String) throws(SystemError) -> OwnedDescriptor {
        try SystemFile.open(name, in: directory.raw, O_RDONLY | O_NONBLOCK)
    }

    /// The size of a regular file; nil for anything else.
    func size(of name: String) throws(SystemError) -> Int64? {
        var status = stat()
        if fstatat(directory.raw, name, &status, AT_SYMLINK_NOFOLLOW) != 0 { throw SystemError(errno, "fstatat") }
        return status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : nil
    }

    func discard(_ name: String) { _ = try? SystemFile.unlink(name, in: directory.raw) }

    /// Removes the folder with all that is in it; false when there was none.
    @discardableResult
    static func remove(from state: StateDirectory) throws(SystemError) -> Bool {
        do throws(SystemError) {
            let folder = try SystemFile.open(name, in: state.root.raw, O_RDONLY | O_DIRECTORY)
            for entry in try SystemFile.names(in: folder.raw) { try SystemFile.unlink(entry, in: folder.raw) }
        } catch {
            if error.code == ENOENT { return false }
            // A file or a link of that name is not ours, and nothing that a backup needs.
            guard error.code == ENOTDIR || error.code == ELOOP else { throw error }
            return try SystemFile.unlink(name, in: state.root.raw)
        }
        if unlinkat(state.root.raw, name, AT_REMOVEDIR) != 0 { throw SystemError(errno, "rmdir") }
        return true
    }
}
