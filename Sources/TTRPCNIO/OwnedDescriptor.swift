import Glibc

/// A file descriptor with exactly one owner, which closes it unless it hands it on.
struct OwnedDescriptor: ~Copyable {
    let value: CInt

    init(_ value: CInt) { self.value = value }

    deinit { _ = Glibc.close(value) }

    /// Hands the descriptor to another owner.
    consuming func release() -> CInt {
        let value = value
        discard self
        return value
    }
}
