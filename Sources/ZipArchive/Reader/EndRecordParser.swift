/// Finds the central directory by the records at the very end of the file.
///
///     with zip64   ... directory | zip64 end, 56 | its locator, 20 | end of central directory, 22
///     otherwise    ... directory | end of central directory, 22
///
/// There is no search for a signature, as other readers do: no comment is allowed, so the end record can stand in one
/// place alone, and nobody can show two readers two directories.
struct EndRecordParser {
    /// Where the central directory stands, and of how many headers it is made.
    struct Directory: Equatable {
        let members: Int
        let offset: UInt64
        let size: UInt64
    }

    private static let endSize = 22
    private static let locatorSize = 20
    private static let wideEndSize = 56

    let source: ByteSource
    let limits: ZipReadLimits
    let zip64: Zip64Limits

    func parse() throws(ZipReadError) -> Directory {
        guard source.size >= UInt64(Self.endSize) else {
            throw ZipReadError(
                reason: .noEndRecord, position: 0, member: nil, detail: "\(source.size) bytes are no ZIP file")
        }
        let end = source.size - UInt64(Self.endSize)
        var cursor = try source.record(at: end, count: Self.endSize)
        try cursor.expect(0x0605_4b50 as UInt32, "the signature of the end record", else: .noEndRecord)
        try cursor.expect(0 as UInt16, "the number of this disk", else: .unsupportedField)
        try cursor.expect(0 as UInt16, "the directory's disk", else: .unsupportedField)
        let count: UInt16 = try cursor.integer()
        try cursor.expect(count, "the number of members", else: .wrongLayout)
        let size: UInt32 = try cursor.integer()
        let offset: UInt32 = try cursor.integer()
        try cursor.expect(0 as UInt16, "the length of the comment", else: .unsupportedField)

        guard count == .max || size == .max || offset == .max else {
            return try check(UInt64(count), UInt64(size), UInt64(offset), endingAt: end)
        }
        let wide = try parseWideEnd(before: end)
        guard count == zip64.countField(wide.count), size == zip64.valueField(wide.size),
            offset == zip64.valueField(wide.offset)
        else {
            throw cursor.error(.wrongZip64, "the zip64 end record holds other values than the end record", at: end)
        }
        return try check(wide.count, wide.size, wide.offset, endingAt: wide.position)
    }

    /// The zip64 records right before the end record, which stands at `end`.
    private func parseWideEnd(
        before end: UInt64
    ) throws(ZipReadError) -> (position: UInt64, count: UInt64, size: UInt64, offset: UInt64) {
        let both = Self.wideEndSize + Self.locatorSize
        guard end >= UInt64(both) else {
            throw ZipReadError(
                reason: .wrongZip64, position: end, member: nil, detail: "there is no room for a zip64 end record")
        }
        let position = end - UInt64(both)
        var cursor = try source.record(at: position, count: both)
        try cursor.expect(0x0606_4b50 as UInt32, "the signature of the zip64 end record", else: .wrongZip64)
        try cursor.expect(44 as UInt64, "the length of the zip64 end record", else: .wrongZip64)
        try cursor.expect(0x032d as UInt16, "made by", else: .unsupportedField)
        try cursor.expect(45 as UInt16, "the version needed", else: .unsupportedField)
        try cursor.expect(0 as UInt32, "the number of this disk", else: .unsupportedField)
        try cursor.expect(0 as UInt32, "the directory's disk", else: .unsupportedField)
        let count: UInt64 = try cursor.integer()
        try cursor.expect(count, "the number of members", else: .wrongLayout)
        let size: UInt64 = try cursor.integer()
        let offset: UInt64 = try cursor.integer()
        try cursor.expect(0x0706_4b50 as UInt32, "the signature of the zip64 locator", else: .wrongZip64)
        try cursor.expect(0 as UInt32, "the locator's disk", else: .unsupportedField)
        try cursor.expect(position, "the offset of the zip64 end record", else: .wrongLayout)
        try cursor.expect(1 as UInt32, "the number of disks", else: .unsupportedField)
        return (position, count, size, offset)
    }

    /// The directory must reach from its offset to the end records, and be small enough to be read whole.
    private func check(
        _ count: UInt64, _ size: UInt64, _ offset: UInt64, endingAt end: UInt64
    ) throws(ZipReadError) -> Directory {
        guard offset <= end, end - offset == size else {
            throw ZipReadError(
                reason: .wrongLayout, position: end, member: nil,
                detail: "a directory of \(size) bytes at \(offset) does not end at \(end)")
        }
        guard let members = Int(exactly: count), members <= limits.members else {
            throw ZipReadError(
                reason: .tooManyMembers, position: end, member: nil,
                detail: "\(count) members, and at most \(limits.members) are allowed")
        }
        guard size / UInt64(DirectoryParser.maximumHeaderSize) <= count else {
            throw ZipReadError(
                reason: .wrongLayout, position: offset, member: nil,
                detail: "a directory of \(size) bytes is too long for \(members) members")
        }
        return Directory(members: members, offset: offset, size: size)
    }
}

extension Zip64Limits {
    /// What a 32-bit field holds for a value.
    fileprivate func valueField(_ value: UInt64) -> UInt32 { value >= values ? .max : UInt32(clamping: value) }
    /// What a 16-bit count holds for a number.
    fileprivate func countField(_ value: UInt64) -> UInt16 { value >= UInt64(count) ? .max : UInt16(clamping: value) }
}
