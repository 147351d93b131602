import Domain
import Glibc
import SystemIO

/// Looks for who else could change what a path leads to, by the rule of `PathTrust`: part by part from `/`, through
/// symbolic links.
///
/// Each part is opened in the one before and judged by its open descriptor. When nobody but trusted users can change
/// any of them, the path still leads there when it is opened afterwards.
enum TrustedPath {
    /// O_PATH (open(2)), which Swift's Glibc module leaves out.
    private static let pathOnly: Int32 = 0o10_000_000
    /// As many as the kernel follows.
    private static let maximumLinks = 40

    /// What is wrong with a path and what to do; nil when nothing is, and when there is nothing at the path.
    ///
    /// - Parameter trusted: uids; root and the user of this process.
    static func complaint(about path: String, trusted: Set<uid_t> = [0, geteuid()]) -> String? {
        var links = 0
        var left = parts(of: path)
        if path.utf8.first != UInt8(ascii: "/") {
            guard let here = getcwd(nil, 0) else { return nil }
            defer { free(here) }
            left += parts(of: String(cString: here))
        }
        var shown = "/"
        guard var folder = open("/", in: AT_FDCWD) else { return "/ cannot be looked at" }
        if let complaint = complaint(about: folder, shown, trusted) { return complaint }
        while let name = left.popLast() {
            shown += (shown == "/" ? "" : "/") + name
            guard let part = open(name, in: folder.raw) else {
                return errno == ENOENT ? nil : "\(shown) cannot be looked at: \(String(cString: strerror(errno)))"
            }
            if let complaint = complaint(about: part, shown, trusted) { return complaint }
            guard let target = target(of: part) else {
                folder = part
                continue
            }
            links += 1
            guard links <= maximumLinks else { return "\(path) leads through too many symbolic links" }
            left += parts(of: target)
            if target.utf8.first == UInt8(ascii: "/"), let root = open("/", in: AT_FDCWD) {
                folder = root
                shown = "/"
            } else {
                shown = String(decoding: shown.utf8.dropLast(name.utf8.count + 1), as: UTF8.self)
            }
        }
        return nil
    }

    private static func open(_ name: String, in folder: Int32) -> OwnedDescriptor? {
        let raw = openat(folder, name, pathOnly | O_NOFOLLOW | O_CLOEXEC)
        return raw < 0 ? nil : OwnedDescriptor(taking: raw)
    }

    private static func complaint(
        about part: borrowing OwnedDescriptor, _ shown: String, _ trusted: Set<uid_t>
    ) -> String? {
        var status = stat()
        guard fstat(part.raw, &status) == 0 else { return "\(shown) cannot be looked at" }
        switch PathTrust.fault(mode: status.st_mode, owner: status.st_uid, trusted: trusted, allowingSticky: true) {
        case .owner(let uid): return "\(shown) belongs to uid \(uid), who could change it; run: chown root '\(shown)'"
        case .writable: return "\(shown) can be written by others than its owner; run: chmod go-w '\(shown)'"
        case nil: return nil
        }
    }

    /// Where a symbolic link leads; nil for anything else.
    private static func target(of part: borrowing OwnedDescriptor) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlinkat(part.raw, "", &buffer, buffer.count)
        return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
    }

    /// The names of a path, last one first. By bytes: a slash with an accent after it is one Character to Swift, but a
    /// slash to the kernel.
    private static func parts(of path: String) -> [String] {
        path.utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }.reversed()
    }
}
