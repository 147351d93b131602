import Foundation

// What a disk may hold after the power went, in the manner of ext4 with delayed allocation, and no kinder than POSIX:
//
// 1. A file's bytes and size are durable after fsync or fdatasync of that file; of what was written since, any part may
//    be there, cut at any page of 4096 bytes.
// 2. A directory's entries are durable after fsync of that directory; of the changes since, any subset may be there.
//    Syncing a file says nothing about its name.
// 3. A sync that fails marks what it was for as clean (fsyncgate): no later sync makes it durable. Of a file that holds
//    for every byte until it is written again; of a directory until any of its entries changes, which writes its block
//    again.
// 4. A rename within a directory is one change: never both names lost, never half of it.

/// The state directory while its recorded changes are replayed.
struct DiskModel {
    private struct File {
        var synced: [UInt8] = []
        var pending: [RecordedChange] = []
    }

    private enum Node {
        case file(Int)
        case directory
    }

    private enum NameChange {
        case add(String, Node)
        case remove(String)
        case rename(String, String, Node)
    }

    private struct Directory {
        var synced: [String: Node] = [:]
        var pending: [NameChange] = []
        /// Whose sync failed.
        var dropped: [NameChange] = []
    }

    private var files: [File] = []
    /// The file that now has an inode; numbers are used again after a file is gone.
    private var inodes: [UInt64: Int] = [:]
    private var directories: [String: Directory] = [:]
    /// Every path as a running system sees it.
    private var live: [String: Node] = [:]

    mutating func apply(_ change: RecordedChange) {
        switch change.kind {
        case .create:
            files.append(File())
            inodes[change.inode] = files.count - 1
            add(change.path, .file(files.count - 1))
        case .write, .truncate:
            if let file = inodes[change.inode] { files[file].pending.append(change) }
        case .syncFile:
            guard let file = inodes[change.inode] else { return }
            for pending in files[file].pending { pending.apply(to: &files[file].synced, 0..<pending.data.count) }
            files[file].pending = []
        case .failedSyncFile: if let file = inodes[change.inode] { files[file].pending = [] }
        case .failedSyncDirectory:
            let pending = directories[change.path]?.pending ?? []
            directories[change.path]?.dropped += pending
            directories[change.path]?.pending = []
        case .syncDirectory:
            for pending in directories[change.path]?.pending ?? [] {
                Self.apply(pending, to: &directories[change.path, default: Directory()].synced)
            }
            directories[change.path]?.pending = []
        case .rename:
            guard let node = live.removeValue(forKey: change.path) else { return }
            live[change.second] = node
            let (from, to) = (Self.split(change.path), Self.split(change.second))
            changeName(in: from.folder, .rename(from.name, to.name, node))
        case .link: if let node = live[change.path] { add(change.second, node) }
        case .makeDirectory: add(change.path, .directory)
        case .unlink, .removeDirectory:
            live[change.path] = nil
            let (folder, name) = Self.split(change.path)
            changeName(in: folder, .remove(name))
        }
    }

    private mutating func add(_ path: String, _ node: Node) {
        live[path] = node
        let (folder, name) = Self.split(path)
        changeName(in: folder, .add(name, node))
    }

    private mutating func changeName(in folder: String, _ change: NameChange) {
        var directory = directories[folder] ?? Directory()
        directory.pending = directory.dropped + directory.pending + [change]
        directory.dropped = []
        directories[folder] = directory
    }

    private static func apply(_ change: NameChange, to entries: inout [String: Node]) {
        switch change {
        case .add(let name, let node): entries[name] = node
        case .remove(let name): entries[name] = nil
        case .rename(let from, let to, let node):
            entries[from] = nil
            entries[to] = node
        }
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        return (String(path[..<slash]), String(path[path.index(after: slash)...]))
    }

    /// Writes what may be left of `root` when the power goes now to `target`, which must not exist.
    ///
    /// - Parameter keeping: how much of what is not synced survives, from 0 (nothing) to 100 (everything), in per cent.
    func write(
        _ root: String, to target: String, keeping: Int, choosing generator: inout SeededGenerator
    ) throws {
        let (folder, name) = Self.split(root)
        guard case .directory? = entries(folder, keeping, &generator)[name] else { return }
        try write(directory: root, to: target, keeping, &generator)
    }

    private func entries(
        _ path: String, _ keeping: Int, _ generator: inout SeededGenerator
    ) -> [String: Node] {
        var directory = directories[path] ?? Directory()
        for change in directory.pending where survives(keeping, &generator) {
            Self.apply(change, to: &directory.synced)
        }
        return directory.synced
    }

    private func write(
        directory path: String, to target: String, _ keeping: Int, _ generator: inout SeededGenerator
    ) throws {
        guard mkdir(target, 0o700) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        for (name, node) in entries(path, keeping, &generator).sorted(by: { $0.key < $1.key }) {
            switch node {
            case .directory: try write(directory: path + "/" + name, to: target + "/" + name, keeping, &generator)
            // Shared memory is made anew by whoever comes first.
            case .file where name.hasSuffix("-shm"): continue
            case .file(let index):
                let bytes = content(index, keeping, &generator)
                let descriptor = open(target + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
                guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
                defer { close(descriptor) }
                guard Foundation.write(descriptor, bytes, bytes.count) == bytes.count else { throw POSIXError(.EIO) }
            }
        }
    }

    private func content(_ file: Int, _ keeping: Int, _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = files[file].synced
        for change in files[file].pending {
            if change.kind == .truncate {
                if survives(keeping, &generator) { change.apply(to: &bytes, 0..<0) }
                continue
            }
            // Page by page of the file.
            var start = 0
            while start < change.data.count {
                let end = min(change.data.count, start + 4096 - (change.offset + start) % 4096)
                if survives(keeping, &generator) { change.apply(to: &bytes, start..<end) }
                start = end
            }
        }
        return bytes
    }

    private func survives(_ keeping: Int, _ generator: inout SeededGenerator) -> Bool {
        Int.random(in: 0..<100, using: &generator) < keeping
    }
}

extension RecordedChange {
    /// Applies this part of a write's data, or a truncation, to a file's bytes.
    fileprivate func apply(to bytes: inout [UInt8], _ part: Range<Int>) {
        if kind == .truncate {
            if bytes.count > offset {
                bytes.removeLast(bytes.count - offset)
            } else {
                bytes += [UInt8](repeating: 0, count: offset - bytes.count)
            }
            return
        }
        let (start, end) = (offset + part.lowerBound, offset + part.upperBound)
        if bytes.count < end { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
        bytes.replaceSubrange(
            start..<end, with: data[data.startIndex + part.lowerBound..<data.startIndex + part.upperBound])
    }
}
