/// Parses the central directory and the local headers that it points to.
///
/// Invariants, each refused when broken
/// 1. The first member begins at offset 0, each other where the one before ends, and the directory where the last one
///    ends: every byte of the file belongs to exactly one record.
/// 2. A local header says what its central header says, field by field.
/// 3. Every field that this container fixes (see ``ZipRecords``) holds its value.
/// 4. The declared sizes stay within the caller's limits, and within what deflate can make of the compressed bytes.
struct DirectoryParser {
    /// The longest central header: its fixed part, a name, both sizes and an offset in zip64.
    static let maximumHeaderSize = 46 + MemberName.maximumBytes + 28
    /// Deflate's shortest code for its longest match: 258 bytes in 2 bits (RFC 1951, section 3.2.5).
    private static let greatestRatio: UInt64 = 1032

    let source: ByteSource
    let limits: ZipReadLimits
    let zip64: Zip64Limits

    func parse(_ directory: EndRecordParser.Directory) throws(ZipReadError) -> [ZipEntry] {
        var entries: [ZipEntry] = []
        var keys: Set<String> = []
        var offset: UInt64 = 0
        var contentLeft = limits.contentSize
        var cursor = try source.record(at: directory.offset, count: Int(directory.size))
        for _ in 0..<directory.members {
            let start = cursor.position
            cursor.member = nil
            let header = try parseCentralHeader(&cursor, memberAt: offset)
            guard keys.insert(MemberName.collisionKey(header.name)).inserted else {
                throw cursor.error(.duplicateName, "another member has this name", at: start)
            }
            guard header.size <= contentLeft else {
                throw cursor.error(.tooLarge, "more than \(limits.contentSize) bytes of content", at: start)
            }
            contentLeft -= header.size
            try checkLocalHeader(header, at: offset)
            let contentOffset = offset + UInt64(header.localHeaderSize)
            guard contentOffset <= directory.offset, header.compressedSize <= directory.offset - contentOffset else {
                throw cursor.error(.wrongLayout, "the content reaches into the central directory", at: start)
            }
            offset = contentOffset + header.compressedSize
            entries.append(header.entry(contentOffset: contentOffset))
        }
        guard cursor.isAtEnd else {
            throw cursor.error(.wrongLayout, "the directory goes on after its last header", at: cursor.position)
        }
        guard offset == directory.offset else {
            throw cursor.error(.wrongLayout, "bytes between the last member and the directory", at: offset)
        }
        return entries
    }

    /// What a central header says.
    private struct Header {
        var version: UInt16
        var method: CompressionMethod
        var crc32: UInt32
        var compressedField: UInt32
        var sizeField: UInt32
        var nameBytes: ArraySlice<UInt8> = []
        var name = ""
        var compressedSize: UInt64 = 0
        var size: UInt64 = 0

        var hasWideSizes: Bool { sizeField == .max }
        var localHeaderSize: Int { 30 + nameBytes.count + (hasWideSizes ? 20 : 0) }

        func entry(contentOffset: UInt64) -> ZipEntry {
            ZipEntry(
                name: name, method: method, size: size, compressedSize: compressedSize, crc32: crc32,
                contentOffset: contentOffset)
        }
    }

    private func parseCentralHeader(
        _ cursor: inout RecordCursor, memberAt offset: UInt64
    ) throws(ZipReadError) -> Header {
        let start = cursor.position
        try cursor.expect(0x0201_4b50 as UInt32, "the signature of a central header", else: .wrongSignature)
        try cursor.expect(0x032d as UInt16, "made by", else: .unsupportedField)
        let version: UInt16 = try cursor.integer()
        try cursor.expect(0x0800 as UInt16, "flags", else: .unsupportedField)
        let methodPosition = cursor.position
        let methodField: UInt16 = try cursor.integer()
        guard let method = CompressionMethod(rawValue: methodField) else {
            throw cursor.error(.unsupportedField, "compression method \(methodField)", at: methodPosition)
        }
        try cursor.expect(0 as UInt16, "the time", else: .unsupportedField)
        try cursor.expect(0x0021 as UInt16, "the date", else: .unsupportedField)
        var header = Header(
            version: version, method: method, crc32: try cursor.integer(), compressedField: try cursor.integer(),
            sizeField: try cursor.integer())
        let nameLength: UInt16 = try cursor.integer()
        let extraPosition = cursor.position
        let extraLength: UInt16 = try cursor.integer()
        try cursor.expect(0 as UInt16, "the length of the comment", else: .unsupportedField)
        try cursor.expect(0 as UInt16, "the member's disk", else: .unsupportedField)
        try cursor.expect(0 as UInt16, "internal attributes", else: .unsupportedField)
        try cursor.expect(0x81a4_0000 as UInt32, "external attributes", else: .unsupportedField)
        let wideOffset = offset >= zip64.values
        try cursor.expect(
            wideOffset ? .max : UInt32(clamping: offset), "the offset of the local header", else: .wrongLayout)
        let namePosition = cursor.position
        header.nameBytes = try cursor.run(of: Int(nameLength))
        header.name = try checkedName(header.nameBytes, cursor, at: namePosition)
        cursor.member = header.name

        guard (header.sizeField == .max) == (header.compressedField == .max) else {
            throw cursor.error(.wrongZip64, "one size is in zip64 and the other is not", at: start)
        }
        let wanted = (header.hasWideSizes || wideOffset ? 4 : 0) + (header.hasWideSizes ? 16 : 0) + (wideOffset ? 8 : 0)
        guard Int(extraLength) == wanted else {
            throw cursor.error(.wrongZip64, "an extra field of \(extraLength) bytes, not \(wanted)", at: extraPosition)
        }
        if wanted > 0 {
            try cursor.expect(1 as UInt16, "the extra field's kind", else: .wrongZip64)
            try cursor.expect(UInt16(wanted - 4), "the extra field's length", else: .wrongZip64)
        }
        header.size = header.hasWideSizes ? try cursor.integer() : UInt64(header.sizeField)
        header.compressedSize = header.hasWideSizes ? try cursor.integer() : UInt64(header.compressedField)
        if wideOffset { try cursor.expect(offset, "the offset of the local header", else: .wrongLayout) }
        try checkSizes(header, cursor, at: start)
        guard version == (wanted > 0 ? 45 : 20) else {
            throw cursor.error(.unsupportedField, "version \(version) is needed", at: start + 6)
        }
        return header
    }

    private func checkedName(
        _ bytes: ArraySlice<UInt8>, _ cursor: RecordCursor, at position: UInt64
    ) throws(ZipReadError) -> String {
        if let fault = MemberName.fault(in: bytes) {
            throw cursor.error(.invalidName, "the name is refused: \(fault.rawValue)", at: position)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func checkSizes(_ header: Header, _ cursor: RecordCursor, at start: UInt64) throws(ZipReadError) {
        guard header.hasWideSizes == (max(header.size, header.compressedSize) >= zip64.values) else {
            throw cursor.error(.wrongZip64, "sizes that need no zip64 are in zip64", at: start)
        }
        switch header.method {
        case .stored:
            guard header.size == header.compressedSize else {
                throw cursor.error(.wrongSize, "a stored member has two sizes", at: start + 20)
            }
        case .deflated:
            let most = header.compressedSize.multipliedReportingOverflow(by: Self.greatestRatio)
            guard most.overflow || header.size <= most.partialValue else {
                throw cursor.error(.tooLarge, "no deflate stream grows that much", at: start + 20)
            }
        }
    }

    private func checkLocalHeader(_ header: Header, at offset: UInt64) throws(ZipReadError) {
        var cursor = try source.record(at: offset, count: header.localHeaderSize)
        cursor.member = header.name
        try cursor.expect(0x0403_4b50 as UInt32, "the signature of a local header", else: .wrongSignature)
        try cursor.expect(header.version, "the version needed", else: .headersDiffer)
        try cursor.expect(0x0800 as UInt16, "flags", else: .headersDiffer)
        try cursor.expect(header.method.rawValue, "the method", else: .headersDiffer)
        try cursor.expect(0 as UInt16, "the time", else: .headersDiffer)
        try cursor.expect(0x0021 as UInt16, "the date", else: .headersDiffer)
        try cursor.expect(header.crc32, "the CRC-32", else: .headersDiffer)
        try cursor.expect(header.compressedField, "the compressed size", else: .headersDiffer)
        try cursor.expect(header.sizeField, "the size", else: .headersDiffer)
        try cursor.expect(UInt16(header.nameBytes.count), "the length of the name", else: .headersDiffer)
        try cursor.expect(
            (header.hasWideSizes ? 20 : 0) as UInt16, "the length of the extra field", else: .headersDiffer)
        let namePosition = cursor.position
        guard try cursor.run(of: header.nameBytes.count) == header.nameBytes else {
            throw cursor.error(.headersDiffer, "the name is another one", at: namePosition)
        }
        if header.hasWideSizes {
            try cursor.expect(1 as UInt16, "the extra field's kind", else: .headersDiffer)
            try cursor.expect(16 as UInt16, "the extra field's length", else: .headersDiffer)
            try cursor.expect(header.size, "the size", else: .headersDiffer)
            try cursor.expect(header.compressedSize, "the compressed size", else: .headersDiffer)
        }
    }
}
