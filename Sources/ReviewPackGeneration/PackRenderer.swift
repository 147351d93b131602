import ReviewPackModel

/// Renders the seven files of a review pack from one tenant's evidence into a ZIP archive.
public struct PackRenderer: Sendable {
    /// Threads that deflate beside the rendering thread; the bytes of the archive do not depend on it.
    public let compressionThreads: Int
    /// Where unlinked spool files are made; on the same file system as the packs.
    public let spoolDirectory: String
    /// The deflate level, 1 to 9.
    public let compressionLevel: Int

    public init(compressionThreads: Int, spoolDirectory: String, compressionLevel: Int = 6) {
        self.compressionThreads = max(1, compressionThreads)
        self.spoolDirectory = spoolDirectory
        self.compressionLevel = min(max(1, compressionLevel), 9)
    }

    /// Writes the archive into `file` and returns what is known of it.
    ///
    /// `file` is an empty regular file open for reading and writing; it stays the caller's, who makes it durable and gives it its
    /// name, or removes it when this throws. The call blocks its thread until the archive is complete.
    public func render(
        _ evidence: some TenantEvidence, as identity: PackIdentity, to file: Int32, control: RenderControl
    ) throws(RenderError) -> RenderedPack {
        throw .failure(.internalError, detail: "not yet written")
    }
}
