// DIR/              0700 or stricter towards others; ours, or (for root) anybody's
//   token.keys      0600, the key file (its text: TokenKeys)
//   .token.keys.new 0600, the next key file while it is being written
//
// 1. The name token.keys always stands for a whole file: a new one is written beside it, synced, and renamed over it.
// 2. No symbolic link is followed, at DIR or in it.
// 3. Writers hold a lock on DIR; readers need none.

import Domain
import ExitCodes
import Glibc
import SystemIO

/// The directory that holds a token key file.
struct KeyDirectory: ~Copyable {
    static let fileName = "token.keys"
    private static let nextName = ".token.keys.new"
    /// Sixteen keys take under 2 KiB.
    private static let maximumBytes = 64 << 10

    private let descriptor: OwnedDescriptor
    private let path: String
    private let owner: uid_t

    /// Opens the directory, and makes it (0700) when asked to.
    init(path: String, creating: Bool) throws(StartupError) {
        if creating, mkdir(path, 0o700) != 0, errno != EEXIST { throw Self.failed("cannot make \(path)", making: true) }
        let raw = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard raw >= 0 || errno != ENOENT else {
            throw StartupError(
                "there is no \(path)/\(Self.fileName)",
                remedy: "start the daemon once, or run `reviewpackd keys rotate`", exit: .noInput)
        }
        guard raw >= 0 else { throw Self.failed("cannot open the key directory \(path)") }
        let opened = OwnedDescriptor(taking: raw)
        var status = stat()
        guard fstat(opened.raw, &status) == 0 else { throw Self.failed("cannot look at \(path)") }
        let owner = status.st_uid
        guard owner == geteuid() || owner == 0 || geteuid() == 0 else {
            throw Self.unsafe("\(path) belongs to uid \(owner)", "run this as its owner")
        }
        guard status.st_mode & 0o022 == 0 else {
            throw Self.unsafe("\(path) is writable for others", "run: chmod go-w '\(path)'")
        }
        if let complaint = TrustedPath.complaint(about: path, trusted: [0, geteuid(), owner]) {
            throw Self.unsafe(
                "others could put other keys in place: \(complaint)",
                "or keep the keys in a directory that only root or the daemon's user can change")
        }
        descriptor = opened
        self.path = path
        self.owner = owner
    }

    /// The keys of the file; nil when there is no file.
    borrowing func read(_ rule: KeyFileRule) throws(StartupError) -> TokenKeys? {
        let place = "\(path)/\(Self.fileName)"
        let raw = openat(descriptor.raw, Self.fileName, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard raw >= 0 else {
            if errno == ENOENT { return nil }
            if errno == ELOOP { throw Self.unsafe("\(place) is a symbolic link", "put the key file itself there") }
            throw Self.failed("cannot read \(place)")
        }
        let file = OwnedDescriptor(taking: raw)
        var status = stat()
        guard fstat(file.raw, &status) == 0 else { throw Self.failed("cannot look at \(place)") }
        if let complaint = rule.complaint(mode: status.st_mode, owner: status.st_uid, directoryOwner: owner) {
            throw Self.unsafe("\(place) \(complaint)", "make it a regular file of the daemon's user with mode 0600")
        }
        guard let bytes = SystemFile.contents(of: file.raw, limit: Self.maximumBytes),
            let text = String(validating: bytes, as: UTF8.self)
        else {
            throw StartupError(
                "\(place) cannot be read or is no key file", remedy: "restore it, or move it away for a new one",
                exit: .badData)
        }
        do {
            return try TokenKeys(fileContents: text)
        } catch {
            throw StartupError(
                "\(place): \(error.what)",
                remedy: "correct it, or move it away for a new one (tokens signed before then end)", exit: .badData)
        }
    }

    /// Puts new keys in place of the file's; the file keeps its owner.
    borrowing func replace(with keys: TokenKeys) throws(StartupError) {
        let place = "\(path)/\(Self.fileName)"
        _ = unlinkat(descriptor.raw, Self.nextName, 0)
        let raw = openat(descriptor.raw, Self.nextName, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard raw >= 0 else { throw Self.failed("cannot write \(place)") }
        let file = OwnedDescriptor(taking: raw)
        // Root rotates the keys of a daemon that runs as another user.
        let isWritten =
            fchmod(file.raw, 0o600) == 0 && (owner == geteuid() || fchown(file.raw, owner, .max) == 0)
            && Self.write(Array(keys.fileContents.utf8), to: file.raw) && fsync(file.raw) == 0
            && renameat(descriptor.raw, Self.nextName, descriptor.raw, Self.fileName) == 0 && fsync(descriptor.raw) == 0
            && syncOwnName()
        guard isWritten else {
            let error = Self.failed("cannot write \(place)")
            _ = unlinkat(descriptor.raw, Self.nextName, 0)
            throw error
        }
    }

    /// The directory may be new: its name in the one above must outlast a power loss, or every token ends with it.
    private borrowing func syncOwnName() -> Bool {
        let raw = openat(descriptor.raw, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // Not readable, so not made by us either.
        guard raw >= 0 else { return errno == EACCES }
        let above = OwnedDescriptor(taking: raw)
        return fsync(above.raw) == 0
    }

    /// Waits for other writers of this directory; the lock goes with the descriptor.
    borrowing func lock() throws(StartupError) {
        while flock(descriptor.raw, LOCK_EX) != 0 {
            guard errno == EINTR else { throw Self.failed("cannot lock \(path)") }
        }
    }

    private static func write(_ bytes: [UInt8], to file: Int32) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                let rest = UnsafeRawBufferPointer(rebasing: $0[done...])
                return Glibc.write(file, rest.baseAddress, rest.count)
            }
            if count < 0, errno != EINTR { return false }
            done += max(0, count)
        }
        return true
    }

    /// - Parameter making: whether the directory was to be made.
    private static func failed(_ what: String, making: Bool = false) -> StartupError {
        let code = errno
        let (remedy, exit): (String, ExitStatus) =
            switch code {
            case EACCES, EPERM: ("run this as root or as the daemon's user", .noPermission)
            case ENOENT where making: ("start the daemon once, which makes the directory above it", .cannotCreate)
            case EROFS where making: ("name a place on a writable file system", .cannotCreate)
            case ENOTDIR where making: ("name a directory", .cannotCreate)
            default: ("check the path and the disk", .io)
            }
        return StartupError("\(what): \(String(cString: strerror(code)))", remedy: remedy, exit: exit)
    }

    private static func unsafe(_ what: String, _ remedy: String) -> StartupError {
        StartupError(what, remedy: remedy, exit: .noPermission)
    }
}

/// Which files may hold keys.
enum KeyFileRule: Sendable {
    /// A file that the daemon or its administrator keeps: only its owner may read it.
    case own
    /// The service manager's copy (systemd.exec(5), LoadCredential=): root's or ours, in a directory that only we can
    /// enter. systemd may grant us the right to read by an access list, which shows as the right of the group to read.
    case credential

    /// What is wrong with a file; nil when nothing is.
    func complaint(mode: mode_t, owner: uid_t, directoryOwner: uid_t) -> String? {
        guard mode & S_IFMT == S_IFREG else { return "is not a regular file" }
        switch self {
        case .own:
            guard owner == directoryOwner else {
                return "belongs to uid \(owner), its directory to uid \(directoryOwner)"
            }
            return mode & 0o077 == 0 ? nil : "can be read or written by others than its owner"
        case .credential:
            guard owner == 0 || owner == geteuid() else { return "belongs to uid \(owner)" }
            return mode & 0o027 == 0 ? nil : "can be read by everybody or written by others than its owner"
        }
    }
}
