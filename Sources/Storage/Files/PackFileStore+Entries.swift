import Domain
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
    static func pack(of name: String) -> PackID? {
        let isTemporary = name.hasPrefix(".") && name.hasSuffix(".tmp")
        let stem = isTemporary ? name.dropFirst().dropLast(4) : name.dropLast(name.hasSuffix(".zip") ? 4 : 0)
        return PackID(String(stem)).flatMap { name == finalName($0) || name == temporaryName($0) ? $0 : nil }
    }

}
