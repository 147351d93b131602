import Crypto

extension ContentDigest {
    /// Digests bytes that are in memory.
    public init(of content: UnsafeRawBufferPointer) {
        var hasher = SHA256()
        hasher.update(bufferPointer: content)
        self.init(hasher.finalize())
    }

    init(_ digest: SHA256Digest) {
        self.init(digest: Array(digest))
    }
}
