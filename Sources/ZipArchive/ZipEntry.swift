/// A member as the headers describe it; its content is not looked at yet.
public struct ZipEntry: Equatable, Sendable {
    /// Path inside the archive, sound and unique.
    public let name: String
    public let method: CompressionMethod
    /// Bytes of content, as declared.
    public let size: UInt64
    /// Bytes that the content takes in the archive.
    public let compressedSize: UInt64
    /// CRC-32 of the content, as declared.
    public let crc32: UInt32
    /// Where the compressed content begins in the file.
    let contentOffset: UInt64
}
