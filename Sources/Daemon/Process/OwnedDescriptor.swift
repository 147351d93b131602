import Glibc

/// A file descriptor with one owner; it is closed exactly once, when the owner is gone.
struct OwnedDescriptor: ~Copyable, Sendable {
    let raw: Int32

    /// Takes over `raw`, which must be open.
    init(taking raw: Int32) { self.raw = raw }

    deinit { _ = close(raw) }
}
