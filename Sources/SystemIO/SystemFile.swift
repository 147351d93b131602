package import Glibc

/// System calls on files relative to a directory descriptor, with errors as values.
///
/// Every name is a single path component. Nothing follows a symbolic link and nothing is inherited by a child process.
package enum SystemFile {
    package static func open(
        _ name: String, in directory: Int32, _ flags: Int32, mode: mode_t = 0o600
    ) throws(SystemError) -> OwnedDescriptor {
        let raw = retrying { openat(directory, name, flags | O_NOFOLLOW | O_CLOEXEC, mode) }
        if raw < 0 { throw SystemError(errno, "open") }
        return OwnedDescriptor(taking: raw)
    }

    package static func status(_ descriptor: Int32) throws(SystemError) -> stat {
        var status = stat()
        if fstat(descriptor, &status) != 0 { throw SystemError(errno, "fstat") }
        return status
    }

    package static func sync(_ descriptor: Int32) throws(SystemError) {
        if retrying({ fsync(descriptor) }) != 0 { throw SystemError(errno, "fsync") }
    }

    /// Removes a name; false when it was not there.
    @discardableResult
    package static func unlink(_ name: String, in directory: Int32) throws(SystemError) -> Bool {
        if unlinkat(directory, name, 0) == 0 { return true }
        if errno == ENOENT { return false }
        throw SystemError(errno, "unlink")
    }

    package static func rename(_ from: String, to: String, in directory: Int32) throws(SystemError) {
        if renameat(directory, from, directory, to) != 0 { throw SystemError(errno, "rename") }
    }

    /// The names in a directory, without `.` and `..`.
    package static func names(in directory: Int32) throws(SystemError) -> [String] {
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

    /// All bytes up to the end; nil on an error, or when there are more than `limit`.
    package static func contents(of descriptor: Int32, limit: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while true {
            let old = bytes.count
            let room = min(limit + 1 - old, 16 << 10)
            guard room > 0 else { return nil }
            bytes.append(contentsOf: repeatElement(0, count: room))
            let count = bytes.withUnsafeMutableBytes {
                read(descriptor, UnsafeMutableRawBufferPointer(rebasing: $0[old...]).baseAddress, room)
            }
            bytes.removeLast(room - max(0, count))
            if count == 0 { return bytes.count <= limit ? bytes : nil }
            if count < 0, errno != EINTR { return nil }
        }
    }

    private static func retrying(_ call: () -> Int32) -> Int32 {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }
}
