public import Bytes

/// What is known of a pack once its archive is complete: from who rendered it to the transaction that makes it ready.
public struct RenderedPack: Equatable, Sendable {
    /// Bytes of the archive.
    public var size: Int64
    /// SHA-256 of the archive.
    public var sha256: Digest256
    /// SHA-256 of each block of `blockSize` bytes, the last one possibly shorter.
    public var blockDigests: [Digest256]
    /// The fingerprint as computed from the evidence that was rendered.
    public var fingerprint: Digest256
    public var summary: PackSummary
    public var generatedAt: UnixMillis
    public var expiresAt: UnixMillis

    /// Bytes of a block that is digested on its own: 1 MiB.
    public static let blockSize = 1 << 20

    public init(
        size: Int64, sha256: Digest256, blockDigests: [Digest256], fingerprint: Digest256, summary: PackSummary,
        generatedAt: UnixMillis, expiresAt: UnixMillis
    ) {
        self.size = size
        self.sha256 = sha256
        self.blockDigests = blockDigests
        self.fingerprint = fingerprint
        self.summary = summary
        self.generatedAt = generatedAt
        self.expiresAt = expiresAt
    }
}
