import Glibc
import Synchronization

/// Bytes set aside, so that on a full disk the writes that free space (prune, expire, a failed generation) still succeed.
///
/// Giving it up removes the file; it is made again when there is room. Losing it costs nothing but that room.
final class ReserveFile: Sendable {
    private let state: StateDirectory
    private let size: Int64
    private let lock = Mutex(())
    private let givenUp = Atomic(false)

    init(in state: StateDirectory, size: Int64) {
        self.state = state
        self.size = size
    }

    /// Makes the file with all of its blocks; false when there is no room for it.
    @discardableResult
    func fill() -> Bool {
        guard size > 0 else { return true }
        return lock.withLock { _ in
            guard let file = try? SystemFile.open(StateDirectory.reserveName, in: state.root.raw, O_RDWR | O_CREAT)
            else { return false }
            guard posix_fallocate(file.raw, 0, off_t(size)) == 0, ftruncate(file.raw, off_t(size)) == 0 else {
                _ = try? SystemFile.unlink(StateDirectory.reserveName, in: state.root.raw)
                return false
            }
            givenUp.store(false, ordering: .relaxed)
            return true
        }
    }

    /// Makes the file again when it was given up; costs nothing when it was not.
    func restore() {
        if givenUp.load(ordering: .relaxed) { fill() }
    }

    /// Gives the space back to the file system; false when there was none to give.
    func release() -> Bool {
        lock.withLock { _ in
            let removed = (try? SystemFile.unlink(StateDirectory.reserveName, in: state.root.raw)) ?? false
            if removed {
                givenUp.store(true, ordering: .relaxed)
                try? SystemFile.sync(state.root.raw)
            }
            return removed
        }
    }
}
