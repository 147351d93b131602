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
public struct ZipReader: Sendable {
    /// The members in the order of the file. Their headers are sound; their contents are checked as they are read.
    public let entries: [ZipEntry]
    private let source: ByteSource

    /// Parses the records of a regular file. The descriptor is borrowed, read by position, and must stay open as long
    /// as the reader is used.
    public init(descriptor: CInt, limits: ZipReadLimits) throws(ZipReadError) {
        try self.init(source: try ByteSource(descriptor: descriptor), limits: limits, zip64: Zip64Limits())
    }

    /// Parses the records of an archive that is in memory.
    public init(bytes: [UInt8], limits: ZipReadLimits) throws(ZipReadError) {
        try self.init(source: ByteSource(bytes: bytes), limits: limits, zip64: Zip64Limits())
    }

    init(source: ByteSource, limits: ZipReadLimits, zip64: Zip64Limits) throws(ZipReadError) {
        let directory = try EndRecordParser(source: source, limits: limits, zip64: zip64).parse()
        entries = try DirectoryParser(source: source, limits: limits, zip64: zip64).parse(directory)
        self.source = source
    }

    /// The member of this exact name.
    public func entry(named name: String) -> ZipEntry? {
        entries.first { $0.name.utf8.elementsEqual(name.utf8) }
    }

    /// Gives a member's content to `body` in chunks of at most 256 KiB, in order, and checks size and checksum.
    ///
    /// A chunk is valid during its call alone. What `body` throws ends the reading and is thrown on; everything else
    /// thrown is a ``ZipReadError``. Until this returns, the content that `body` saw is not known to be right.
    @discardableResult
    public func read(
        _ entry: ZipEntry, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> MemberSummary {
        var content = try MemberContent(entry, in: source)
        while let chunk = try content.next() { try body(chunk) }
        return content.summary()
    }

    /// A member's whole content, when it has at most `limit` bytes; more is refused as `too_large`.
    public func contents(of entry: ZipEntry, atMost limit: Int) throws(ZipReadError) -> [UInt8] {
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

    /// Reads every member to its end, checking sizes and checksums, and gives their sums.
    public func verify() throws(ZipReadError) -> [MemberSummary] {
        var summaries: [MemberSummary] = []
        for entry in entries {
            var content = try MemberContent(entry, in: source)
            while try content.next() != nil {}
            summaries.append(content.summary())
        }
        return summaries
    }
}
