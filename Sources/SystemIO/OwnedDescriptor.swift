import Glibc

/// A file descriptor with exactly one owner, which closes it once, when the owner is gone, unless it is handed on.
package struct OwnedDescriptor: ~Copyable, Sendable {
    package let raw: CInt

    /// Takes over `raw`, which must be open.
    package init(taking raw: CInt) { self.raw = raw }

    deinit { _ = close(raw) }

    /// Hands the descriptor to another owner.
    package consuming func release() -> CInt {
        let raw = raw
        discard self
        return raw
    }
}
