import Glibc
import SystemIO

// DIR/                0700, ours
//   lock              0600, flock(2)ed for the daemon's life
//   reserve           0600, preallocated bytes that are given up on a full disk
//   reviewpack.db     0600, and its -wal and -shm
//   exports/          0700
//     PACK.zip        0600, a ready pack's bytes
//     .PACK.tmp       0600, a pack that is being written
//   .backup/          0700, while a backup is sent: the copy of the database and second names of packs
//   (unlinked)        spools of running imports
//
// 1. Everything below DIR is reached through descriptors of the two directories, never by a path that can be swapped.
//    SQLite alone needs a path; it gets the resolved one.
// 2. No symbolic link is followed in or at DIR.
// 3. At most one process holds the lock; whoever does not hold it touches nothing else.

/// The directory that holds everything the daemon knows, locked for the life of this value.
package final class StateDirectory: Sendable {
    /// The resolved absolute path.
    package let path: String

    let root: OwnedDescriptor
    let exports: OwnedDescriptor
    let lock: OwnedDescriptor

    static let databaseName = "reviewpack.db"
    static let exportsName = "exports"
    static let reserveName = "reserve"
    static let lockName = "lock"

    var databasePath: String { path + "/" + StateDirectory.databaseName }

    /// Opens or creates (0700, its parent must exist) the directory, checks who owns it and who may write it, and takes
    /// its lock.
    package static func open(path: String) throws(StateError) -> StateDirectory {
        do {
            return try StateDirectory(opening: path)
        } catch let error as StateError {
            throw error
        } catch let error as SystemError {
            throw StateError(StateError.Reason(error), "cannot use the state directory \(path): \(error)")
        } catch {
            throw StateError(.io, "cannot use the state directory \(path): \(error)")
        }
    }

    private init(opening path: String) throws {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw StateError(.notADirectory, "the state directory's path is empty or holds a NUL")
        }
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw SystemError(errno, "mkdir") }
        var link = stat()
        if lstat(path, &link) != 0 { throw SystemError(errno, "lstat") }
        if link.st_mode & S_IFMT == S_IFLNK {
            throw StateError(.symbolicLink, "\(path) is a symbolic link; name the directory itself")
        }
        guard link.st_mode & S_IFMT == S_IFDIR else { throw StateError(.notADirectory, "\(path) is not a directory") }
        root = try SystemFile.open(path, in: AT_FDCWD, O_RDONLY | O_DIRECTORY)
        try StateDirectory.syncName(of: root.raw)
        try StateDirectory.checkOwner(root.raw, path)
        // One that was made before, or copied, may be open to others. Passing through stays: the socket may lie in it.
        try StateDirectory.takeFromOthers(0o066, root.raw)
        lock = try SystemFile.open(StateDirectory.lockName, in: root.raw, O_RDWR | O_CREAT)
        if flock(lock.raw, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK else { throw SystemError(errno, "flock") }
            throw StateError(.heldByAnotherDaemon, "another daemon holds \(path); stop it or choose another directory")
        }
        if mkdirat(root.raw, StateDirectory.exportsName, 0o700) != 0, errno != EEXIST {
            throw SystemError(errno, "mkdir")
        }
        exports = try SystemFile.open(StateDirectory.exportsName, in: root.raw, O_RDONLY | O_DIRECTORY)
        try StateDirectory.checkOwner(exports.raw, path + "/" + StateDirectory.exportsName)
        if fchmod(exports.raw, 0o700) != 0 { throw SystemError(errno, "fchmod") }
        // SQLite gives -wal and -shm the mode of the database file, so that file is made before SQLite sees it.
        let database = try SystemFile.open(StateDirectory.databaseName, in: root.raw, O_RDWR | O_CREAT)
        guard try SystemFile.status(database.raw).st_mode & S_IFMT == S_IFREG else {
            throw StateError(.notOurs, "\(path)/\(StateDirectory.databaseName) is not a regular file")
        }
        try StateDirectory.checkOwner(database.raw, path + "/" + StateDirectory.databaseName)
        for name in [StateDirectory.databaseName] + ["-wal", "-shm"].map({ StateDirectory.databaseName + $0 }) {
            guard let file = try? SystemFile.open(name, in: root.raw, O_RDONLY) else { continue }
            try StateDirectory.takeFromOthers(0o077, file.raw)
        }
        try SystemFile.sync(root.raw)
        guard let resolved = realpath(path, nil) else { throw SystemError(errno, "realpath") }
        defer { free(resolved) }
        self.path = String(cString: resolved)
    }

    /// Makes the directory's own name durable, which lies in the one above: without it a power loss could take
    /// everything below.
    ///
    /// At every start, because the one that made the directory may have ended before this. A directory above that
    /// cannot be read was not written by us either.
    private static func syncName(of directory: Int32) throws {
        let above = openat(directory, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard above >= 0 else {
            if errno == EACCES || errno == EPERM { return }
            throw SystemError(errno, "open")
        }
        defer { close(above) }
        // EINVAL, EROFS: a file system that keeps nothing, or takes no writes.
        if fsync(above) != 0, errno != EINVAL, errno != EROFS { throw SystemError(errno, "fsync") }
    }

    private static func takeFromOthers(_ bits: mode_t, _ descriptor: Int32) throws {
        let mode = try SystemFile.status(descriptor).st_mode & 0o7777
        if mode & bits != 0, fchmod(descriptor, mode & ~bits) != 0 { throw SystemError(errno, "fchmod") }
    }

    private static func checkOwner(_ descriptor: Int32, _ path: String) throws {
        let status = try SystemFile.status(descriptor)
        guard status.st_uid == geteuid() else {
            throw StateError(
                .foreignOwner, "\(path) belongs to uid \(status.st_uid), not to the daemon's uid \(geteuid())")
        }
        guard status.st_mode & 0o022 == 0 else {
            throw StateError(.writableByOthers, "\(path) is writable for others; run: chmod go-w '\(path)'")
        }
    }

    /// O_TMPFILE (open(2)); a macro that Swift does not import. Its value is the same on all of Linux's common
    /// architectures.
    private static let unnamed: Int32 = 0o20_000_000 | O_DIRECTORY

    /// A file in the state directory that has no name, so that nothing is left of it after a crash.
    func makeSpool() throws(SystemError) -> OwnedDescriptor {
        let raw = openat(root.raw, ".", StateDirectory.unnamed | O_RDWR | O_CLOEXEC | O_EXCL, 0o600)
        if raw >= 0 { return OwnedDescriptor(taking: raw) }
        // Some file systems have no O_TMPFILE: make a name and take it away at once.
        guard errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL else { throw SystemError(errno, "open") }
        let name = ".spool.\(UInt64.random(in: .min ... .max))"
        let file = try SystemFile.open(name, in: root.raw, O_RDWR | O_CREAT | O_EXCL)
        try SystemFile.unlink(name, in: root.raw)
        return file
    }
}
