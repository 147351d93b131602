import Domain
import Glibc
import ReviewPackClient

/// Finds the collector program of a scan and decides whether it may be run.
///
/// The program and every folder on its way from `/` must belong to root, be writable for root alone, and be no symbolic
/// link. Each is opened in the one before and judged by its open descriptor, so what was judged is what is there. Only
/// root can change what a path made of such parts leads to, so running it by this path runs what was judged. (Running
/// the descriptor itself is not possible for a script: its interpreter opens the path again.)
enum CollectorFile {
    static let standardFolder = "/etc/reviewpack/collectors.d"

    /// The path of the program named after the scan; `trustedOwner` is root but in tests.
    static func find(_ type: ReportType, in folder: String, trustedOwner: uid_t = 0) throws(ScanFault) -> String {
        guard folder.hasPrefix("/"), !folder.utf8.contains(0) else {
            throw ScanFault(
                .collectorUntrusted, "the collectors' folder \(folder.debugDescription) is no absolute path")
        }
        // By bytes: a slash with an accent after it is one Character to Swift, but a slash to the kernel.
        var parts = folder.utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
        guard !parts.contains(where: { $0 == ".." || $0 == "." }) else {
            throw ScanFault(.collectorUntrusted, "the collectors' folder \(folder) must not contain . or ..")
        }
        parts.append(type.word)
        var path = ""
        var parent = try Opened.open("/", in: AT_FDCWD, path: "/")
        try parent.judge(path: "/", trustedOwner)
        for (index, name) in parts.enumerated() {
            path += "/" + name
            parent = try Opened.open(name, in: parent.descriptor, path: path)
            try parent.judge(path: path, trustedOwner)
            let isLast = index == parts.count - 1
            guard parent.kind == (isLast ? S_IFREG : S_IFDIR) else {
                throw ScanFault(.collectorUntrusted, "\(path) is no \(isLast ? "regular file" : "folder")")
            }
            if isLast, parent.status.st_mode & 0o111 == 0 {
                throw ScanFault(.collectorMissing, "\(path) is not executable")
            }
        }
        return path
    }

    /// A part of the path, open for looking at it alone.
    private struct Opened: ~Copyable {
        let descriptor: CInt
        let status: stat

        static func open(_ name: String, in folder: CInt, path: String) throws(ScanFault) -> Opened {
            let descriptor = openat(folder, name, CollectorFile.pathOnly | O_NOFOLLOW | O_CLOEXEC)
            var status = stat()
            guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
                let why = ClientError.words(errno: errno)
                if descriptor >= 0 { close(descriptor) }
                throw ScanFault(.collectorMissing, "there is no collector at \(path): \(why)")
            }
            return Opened(descriptor: descriptor, status: status)
        }

        deinit { close(descriptor) }

        var kind: mode_t { status.st_mode & S_IFMT }

        func judge(path: String, _ owner: uid_t) throws(ScanFault) {
            guard kind != S_IFLNK else {
                throw ScanFault(.collectorUntrusted, "\(path) is a symbolic link; put the program itself there")
            }
            switch PathTrust.fault(mode: status.st_mode, owner: status.st_uid, trusted: [owner]) {
            case .owner(let uid):
                throw ScanFault(.collectorUntrusted, "\(path) belongs to uid \(uid), not to root")
            case .writable: throw ScanFault(.collectorUntrusted, "\(path) is writable for others than its owner")
            case nil: break
            }
        }
    }

    /// O_PATH (open(2)), which Swift's Glibc module leaves out.
    private static let pathOnly: CInt = 0o10000000
}
