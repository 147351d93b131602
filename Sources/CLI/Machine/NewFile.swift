import CLinuxShims
import Glibc
import ReviewPackClient

/// A file that appears under its name only when it is complete.
///
/// The bytes go to a file without a name in the same directory (O_TMPFILE, open(2)); where the file system has none, to
/// one with a temporary name that an interruption removes. Invariants:
/// 1. Before `publish` returns, nothing is under the final name that was not there before.
/// 2. What `publish` puts there is complete and synced.
/// 3. Without `replacing`, a file that is there already is never touched, also when it comes while this one is written.
final class NewFile {
    /// The value of `__O_TMPFILE` in the kernel's asm-generic/fcntl.h, which Swift does not import; with O_DIRECTORY,
    /// as the kernel wants it.
    private static let openTemporary = 0o20000000 | O_DIRECTORY

    let path: String
    private let replacing: Bool
    private let interruption: Interruption
    private let directory: CInt
    private let name: String
    private var descriptor: CInt = -1
    /// The temporary name, where there is one.
    private var temporary: (name: String, registration: Interruption.Registration)?

    /// Throws with exit 73 when no file can be made there.
    ///
    /// - Parameter mode: its permission bits, whatever the umask says.
    init(
        at path: String, replacing: Bool, mode: mode_t = 0o600, interruption: Interruption
    ) throws(ClientError) {
        self.path = path
        self.replacing = replacing
        self.interruption = interruption
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        name = slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path
        let parent = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        directory = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw Self.cannotCreate(path, ClientError.words(errno: errno)) }
        guard !name.isEmpty, name != ".", name != ".." else { throw Self.cannotCreate(path, "it names a directory") }
        try checkTarget()
        try openUnnamed(in: parent)
        guard fchmod(descriptor, mode) == 0 else { throw Self.cannotCreate(path, ClientError.words(errno: errno)) }
    }

    deinit {
        if let temporary {
            interruption.settle(temporary.registration) { _ = unlinkat(directory, temporary.name, 0) }
        }
        if descriptor >= 0 { close(descriptor) }
        if directory >= 0 { close(directory) }
    }

    func append(_ bytes: [UInt8]) throws(ClientError) {
        var done = 0
        while done < bytes.count {
            let written = bytes.withUnsafeBytes { bytes in
                write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            }
            if written >= 0 { done += written } else if errno != EINTR { throw failed("write") }
        }
    }

    /// Syncs the bytes, gives the file its name, and syncs the directory.
    func publish() throws(ClientError) {
        guard fsync(descriptor) == 0 else { throw failed("sync") }
        if temporary == nil {
            if !replacing { return try finish(link(as: name) == 0 ? 0 : errno) }
            // linkat(2) replaces nothing: the file gets a temporary name first.
            let registered = try makeTemporaryName { link(as: $0) }
            temporary = registered
        }
        guard let temporary else { return }
        self.temporary = nil
        var cause: CInt = 0
        interruption.settle(temporary.registration) {
            cause = rename(from: temporary.name)
            if cause != 0 { unlinkat(directory, temporary.name, 0) }
        }
        try finish(cause)
    }

    /// Returns 0 or an errno value.
    private func rename(from temporaryName: String) -> CInt {
        guard replacing else { return clinux_rename_noreplace(directory, temporaryName, name) }
        return renameat(directory, temporaryName, directory, name) == 0 ? 0 : errno
    }

    private func finish(_ cause: CInt) throws(ClientError) {
        guard cause != EEXIST else { throw alreadyThere() }
        errno = cause
        guard cause == 0 else { throw failed("name") }
        guard fsync(directory) == 0 else { throw failed("sync") }
    }

    /// A file without a name gets one through its entry under /proc (open(2), O_TMPFILE).
    private func link(as name: String) -> CInt {
        linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", directory, name, AT_SYMLINK_FOLLOW)
    }

    private func checkTarget() throws(ClientError) {
        var status = stat()
        guard fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            guard errno == ENOENT else { throw Self.cannotCreate(path, ClientError.words(errno: errno)) }
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG, S_IFLNK: if !replacing { throw alreadyThere() }
        case S_IFDIR: throw Self.cannotCreate(path, "it is a directory")
        default: throw Self.cannotCreate(path, "it is no regular file")
        }
    }

    private func openUnnamed(in parent: String) throws(ClientError) {
        descriptor = open(parent, Self.openTemporary | O_WRONLY | O_CLOEXEC, 0o600)
        if descriptor >= 0 { return }
        // Kernels and file systems without it answer so (open(2), BUGS).
        guard errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL else {
            throw Self.cannotCreate(path, ClientError.words(errno: errno))
        }
        temporary = try makeTemporaryName { name in
            descriptor = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            return descriptor < 0 ? -1 : 0
        }
    }

    /// Tries fresh names until `create` makes one; an interruption removes it.
    private func makeTemporaryName(
        _ create: (String) -> CInt
    ) throws(ClientError) -> (name: String, registration: Interruption.Registration) {
        for _ in 0..<16 {
            let temporaryName = ".reviewpackctl-\(String(UInt64.random(in: 0 ... .max), radix: 36)).part"
            let registration = interruption.onInterrupt { [directory] in unlinkat(directory, temporaryName, 0) }
            if create(temporaryName) == 0 { return (temporaryName, registration) }
            let cause = errno
            interruption.settle(registration) {}
            guard cause == EEXIST else { throw Self.cannotCreate(path, ClientError.words(errno: cause)) }
        }
        throw Self.cannotCreate(path, "no temporary name is free")
    }

    private func failed(_ step: String) -> ClientError {
        .fault(
            .io, "cannot \(step) \(path): \(ClientError.words(errno: errno))",
            advice: "check the disk, then try again; no unfinished file was left")
    }

    private func alreadyThere() -> ClientError {
        .fault(
            .cannotCreate, "\(path) exists already", advice: "choose another name, or add --force to replace it")
    }

    private static func cannotCreate(_ path: String, _ why: String) -> ClientError {
        .fault(.cannotCreate, "cannot create \(path): \(why)", advice: "choose another place")
    }
}
