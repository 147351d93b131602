import Domain
import Glibc
import Synchronization
import SystemIO

/// Bytes set aside, so that on a full disk the writes that free space (prune, expire, a failed generation) still
/// succeed.
///
/// Giving it up removes the file; it is made again when there is room, at first as large as there is. Losing it costs
/// nothing but that room.
final class ReserveFile: Sendable {
    private let state: StateDirectory
    private let size: Int64
    /// The bytes that the file has; changes of the file are made under this lock.
    private let held = Mutex<Int64>(0)
    private let isShort = Atomic(false)

    /// Room that stays for the write-ahead log on a full disk, so that not every write must ask for the reserve.
    private static let headroom: Int64 = 1 << 20
    /// Less is not worth a change of the file.
    private static let step: Int64 = 64 << 10

    init(in state: StateDirectory, size: Int64) {
        self.state = state
        self.size = size
    }

    /// Makes the file with all of its blocks, or as many as there is room for; false when that is less than all.
    @discardableResult
    func fill() -> Bool {
        guard size > 0 else { return true }
        return held.withLock { held in
            isShort.store(true, ordering: .relaxed)
            guard let file = try? SystemFile.open(StateDirectory.reserveName, in: state.root.raw, O_RDWR | O_CREAT),
                let room = Self.room(for: file)
            else { return false }
            let wanted = Self.wanted(of: size, room: room)
            guard wanted == size || wanted >= held + Self.step else { return false }
            guard posix_fallocate(file.raw, 0, off_t(wanted)) == 0, ftruncate(file.raw, off_t(wanted)) == 0 else {
                _ = try? SystemFile.unlink(StateDirectory.reserveName, in: state.root.raw)
                held = 0
                return false
            }
            held = wanted
            isShort.store(wanted < size, ordering: .relaxed)
            return wanted == size
        }
    }

    /// Bytes that the file could have: those that it has and those that are free.
    private static func room(for file: borrowing OwnedDescriptor) -> Int64? {
        var status = stat()
        guard fstat(file.raw, &status) == 0, let free = free(file) else { return nil }
        return BlockCount.bytes(UInt64(clamping: status.st_blocks), of: 512).addingClamped(free)
    }

    /// How large the file is made when it may have `room` bytes: whole, or what leaves room for the log, but at least
    /// half when there is.
    static func wanted(of size: Int64, room: Int64) -> Int64 {
        room >= size ? size : max(room.addingClamped(-headroom), min(room, size / 2), 0)
    }

    private static func free(_ file: borrowing OwnedDescriptor) -> Int64? {
        var system = statvfs()
        guard fstatvfs(file.raw, &system) == 0 else { return nil }
        return BlockCount.bytes(UInt64(system.f_bavail), of: UInt64(system.f_frsize))
    }

    /// Makes the file as large as it should be when it is not; costs nothing when it is.
    func restore() {
        if isShort.load(ordering: .relaxed) { fill() }
    }

    /// Gives the space back to the file system; false when there was none to give.
    func release() -> Bool { held.withLock { release(&$0) } }

    /// The same for writes that free nothing: half of the reserve is not for them.
    func lend() -> Bool { held.withLock { $0 > size / 2 && release(&$0) } }

    /// The same when the file system has next to no room without it: what failed then failed for that.
    func releaseOnFullDisk() -> Bool {
        held.withLock { held in
            guard let free = Self.free(state.root), free < Self.headroom else { return false }
            return release(&held)
        }
    }

    private func release(_ held: inout Int64) -> Bool {
        let removed = (try? SystemFile.unlink(StateDirectory.reserveName, in: state.root.raw)) ?? false
        held = 0
        if removed {
            isShort.store(true, ordering: .relaxed)
            try? SystemFile.sync(state.root.raw)
        }
        return removed
    }
}

/// Bytes of blocks as a file system counts them. One behind a network or FUSE may say anything, 2^62 blocks for "no
/// limit" for example: what is too large to be a number of bytes is the largest one.
enum BlockCount {
    static func bytes(_ count: UInt64, of size: UInt64) -> Int64 {
        Int64(clamping: count).multipliedClamped(by: Int64(clamping: size))
    }
}
