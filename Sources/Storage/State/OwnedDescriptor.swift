import Glibc

/// A file descriptor with one owner; closing happens exactly once, when the owner is gone.
struct OwnedDescriptor: ~Copyable, Sendable {
    let raw: Int32

    /// Takes over `raw`, which must be open.
    init(taking raw: Int32) { self.raw = raw }

    deinit { _ = close(raw) }
}

/// The system calls on which the state directory stands, relative to a directory descriptor, with errors as values.
///
/// Every name is a single path component. Nothing follows a symbolic link and nothing is inherited by a child process.
enum SystemFile {
    static func open(
        _ name: String, in directory: Int32, _ flags: Int32, mode: mode_t = 0o600
    ) throws(SystemError) -> OwnedDescriptor {
        let raw = retrying { openat(directory, name, flags | O_NOFOLLOW | O_CLOEXEC, mode) }
        if raw < 0 { throw SystemError(errno, "open") }
        return OwnedDescriptor(taking: raw)
    }

    static func status(_ descriptor: Int32) throws(SystemError) -> stat {
        var status = stat()
        if fstat(descriptor, &status) != 0 { throw SystemError(errno, "fstat") }
        return status
    }

    static func sync(_ descriptor: Int32) throws(SystemError) {
        if retrying({ fsync(descriptor) }) != 0 { throw SystemError(errno, "fsync") }
    }

    /// Removes a name; false when it was not there.
    @discardableResult
    static func unlink(_ name: String, in directory: Int32) throws(SystemError) -> Bool {
        if unlinkat(directory, name, 0) == 0 { return true }
        if errno == ENOENT { return false }
        throw SystemError(errno, "unlink")
    }

    static func rename(_ from: String, to: String, in directory: Int32) throws(SystemError) {
        if renameat(directory, from, directory, to) != 0 { throw SystemError(errno, "rename") }
    }

    /// The names in a directory, without `.` and `..`.
    static func names(in directory: Int32) throws(SystemError) -> [String] {
        let copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { throw SystemError(errno, "open") }
        guard let stream = fdopendir(copy) else {
            let code = errno
            _ = close(copy)
            throw SystemError(code, "fdopendir")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw SystemError(errno, "readdir") }
                return names
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    private static func retrying(_ call: () -> Int32) -> Int32 {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }
}

/// A failed system call.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The `errno`.
    public var code: Int32
    public var call: StaticString

    public init(_ code: Int32, _ call: StaticString) {
        self.code = code
        self.call = call
    }

    /// Whether the disk, a quota or a size limit is the cause.
    public var isOutOfSpace: Bool { code == ENOSPC || code == EDQUOT || code == EFBIG }

    public var description: String { "\(call): \(String(cString: strerror(code)))" }

    public static func == (a: SystemError, b: SystemError) -> Bool {
        a.code == b.code && a.description == b.description
    }
}
