import Bytes
import Domain
import PackFormat

/// What is known of a pack once its archive is complete; the caller makes the file durable and publishes it.
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
    /// How many replacements redaction made in each file; all zero when personal data was included.
    public var redactionsPerFile: [PackFile: Int64]

    /// Bytes of a block that is digested on its own: 1 MiB.
    public static let blockSize = 1 << 20
}
