/// Reads one kind of ZIP file, the container of Docs/PACK-FORMAT.md, and refuses everything else.
///
/// It shares no code for records with ``ZipWriter``, so that each is a check of the other. The input may be hostile:
/// nothing is allocated or inflated on its word alone, and reading never traps.
///
/// ```swift
/// let zip = try ZipReader(descriptor: file, limits: .standard)
/// for entry in zip.entries {
///     let summary = try zip.read(entry) { chunk in scanner.feed(chunk) }
/// }
/// ```
package struct ZipReader: Sendable {
    /// The members in the order of the file. Their headers are sound; their contents are checked as they are read.
    package let entries: [ZipEntry]
    let source: ByteSource

    /// Parses the records of a regular file. The descriptor is borrowed, read by position, and must stay open as long
    /// as the reader is used.
    package init(descriptor: CInt, limits: ZipReadLimits) throws(ZipReadError) {
        try self.init(source: try ByteSource(descriptor: descriptor), limits: limits, zip64: Zip64Limits())
    }

    /// Parses the records of an archive that is in memory.
    package init(bytes: [UInt8], limits: ZipReadLimits) throws(ZipReadError) {
        try self.init(source: ByteSource(bytes: bytes), limits: limits, zip64: Zip64Limits())
    }

    init(source: ByteSource, limits: ZipReadLimits, zip64: Zip64Limits) throws(ZipReadError) {
        let directory = try EndRecordParser(source: source, limits: limits, zip64: zip64).parse()
        entries = try DirectoryParser(source: source, limits: limits, zip64: zip64).parse(directory)
        self.source = source
    }

    /// The member of this exact name.
    package func entry(named name: String) -> ZipEntry? {
        entries.first { $0.name.utf8.elementsEqual(name.utf8) }
    }

    /// A member's whole content, when it has at most `limit` bytes; more is refused as `too_large`.
    package func contents(of entry: ZipEntry, atMost limit: Int) throws(ZipReadError) -> [UInt8] {
        guard entry.size <= UInt64(max(0, limit)) else {
            throw ZipReadError(
                reason: .tooLarge, position: entry.contentOffset, member: entry.name,
                detail: "\(entry.size) bytes of content, and at most \(limit) are wanted")
        }
        var bytes: [UInt8] = []
        var content = try MemberContent(entry, in: source)
        while let chunk = try content.next() { bytes.append(contentsOf: chunk) }
        return bytes
    }
}

/// A member as the headers describe it; its content is not looked at yet.
package struct ZipEntry: Equatable, Sendable {
    /// Path inside the archive, sound and unique.
    package let name: String
    package let method: CompressionMethod
    /// Bytes of content, as declared.
    package let size: UInt64
    /// Bytes that the content takes in the archive.
    package let compressedSize: UInt64
    /// CRC-32 of the content, as declared.
    package let crc32: UInt32
    /// Where the compressed content begins in the file.
    let contentOffset: UInt64
}
