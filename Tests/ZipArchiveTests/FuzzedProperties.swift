@testable import ZipArchive

/// What holds for any bytes that are read as an archive; the fuzz target `zip` and `ZipCorpusTests` check it.
///
/// The first byte of an input says from which values on zip64 records are needed, which real archives reach at 4 GiB.
enum FuzzedProperties {
    private static let limits = ZipReadLimits(members: 8, contentSize: 1 << 16)

    /// What was broken by this input, or nil.
    static func violation(in input: UnsafeRawBufferPointer) -> String? {
        guard let control = input.first else { return nil }
        let bytes = Array(input.dropFirst())
        var zip64 = Zip64Limits()
        if control & 0x80 != 0 {
            zip64 = Zip64Limits(values: UInt64(control & 0x3F), count: control & 0x40 == 0 ? 2 : 0xffff)
        }
        guard let zip = reader(bytes, zip64) else { return nil }
        // Every byte belongs to one record, so that no other length is an archive, too.
        if reader(bytes + [0], zip64) != nil { return "a byte behind the archive is passed over" }
        if reader(Array(bytes.dropLast()), zip64) != nil { return "an archive without its last byte is read" }
        if reader([0] + bytes, zip64) != nil { return "a byte before the archive is passed over" }
        return fault(of: zip)
    }

    private static func reader(_ bytes: [UInt8], _ zip64: Zip64Limits) -> ZipReader? {
        try? ZipReader(source: ByteSource(bytes: bytes), limits: limits, zip64: zip64)
    }

    private static func fault(of zip: ZipReader) -> String? {
        if zip.entries.count > limits.members { return "more members than the limit" }
        if zip.entries.reduce(0, { $0 + $1.size }) > limits.contentSize { return "more content than the limit" }
        if Set(zip.entries.map { MemberName.collisionKey($0.name) }).count != zip.entries.count {
            return "two members would be unpacked into one file"
        }
        for entry in zip.entries {
            if MemberName.fault(in: entry.name.utf8) != nil { return "a name that leads elsewhere" }
            guard let content = try? zip.contents(of: entry, atMost: 1 << 16) else { continue }
            if UInt64(content.count) != entry.size { return "the content is of another size than it says" }
            if (try? zip.contents(of: entry, atMost: content.count - 1)) != nil, !content.isEmpty {
                return "more content is given out than was wanted"
            }
        }
        return nil
    }
}
