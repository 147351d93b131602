/// The records of a ZIP file (APPNOTE 6.3.10, section 4.3) as this container writes them, little-endian.
///
///     local file header, 30 + n (+ 20)          central directory header, 46 + n (+ 12, 20 or 28)
///      0  4  50 4b 03 04                          0  4  50 4b 01 02
///                                                 4  2  made by: 2d 03 = version 4.5, UNIX
///      4  2  version needed: 14 00 or 2d 00       6  2  version needed, as in the local header
///      6  2  flags: 00 08 = names are UTF-8       8  2  flags
///      8  2  method: 0 stored, 8 deflated        10  2  method
///     10  2  time: 00 00 = 00:00:00              12  2  time
///     12  2  date: 21 00 = 1980-01-01            14  2  date
///     14  4  CRC-32                              16  4  CRC-32
///     18  4  compressed size                     20  4  compressed size
///     22  4  size                                24  4  size
///     26  2  n, length of the name               28  2  n
///     28  2  length of the extra field: 0 or 20  30  2  length of the extra field: 0, 12, 20 or 28
///                                                32  2  length of the comment: 0
///                                                34  2  disk: 0
///                                                36  2  internal attributes: 0
///                                                38  4  external attributes: 00 00 a4 81 = regular file, 0644
///                                                42  4  offset of the local header
///     30  n  name                                46  n  name
///
///     zip64 extra field                         end of central directory, 22
///      0  2  01 00                                0  4  50 4b 05 06
///      2  2  length of what follows               4  2  this disk: 0
///      4  8  size                                 6  2  disk of the directory: 0
///     12  8  compressed size                      8  2  members on this disk
///        or  4  8  offset (central only), alone  10  2  members
///        or 20  8  offset, after both sizes      12  4  size of the directory
///                                                16  4  offset of the directory
///                                                20  2  length of the comment: 0
///
///     zip64 end of central directory, 56        its locator, 20
///      0  4  50 4b 06 06                          0  4  50 4b 06 07
///      4  8  length of what follows: 44           4  4  disk: 0
///     12  2  made by: 2d 03                       8  8  offset of the zip64 end of central directory
///     14  2  version needed: 2d 00               16  4  disks: 1
///     16  4  this disk: 0
///     20  4  disk of the directory: 0
///     24  8  members on this disk
///     32  8  members
///     40  8  size of the directory
///     48  8  offset of the directory
///
/// Invariants
/// 1. A 32-bit field whose value is 0xffffffff or more, and a 16-bit count from 0xffff, holds all ones, and the value
///    stands in the zip64 record. No zip64 record exists otherwise.
/// 2. The two sizes go to zip64 together when either has to (APPNOTE 4.5.3 asks for both in the local header).
/// 3. A member with any zip64 field says version 4.5 in both its headers, every other says 2.0.
enum ZipRecords {
    static let localHeaderSize = 30
    static let zip64SizesField = 20

    private static let utf8Names: UInt16 = 0x0800
    private static let madeBy: UInt16 = 0x032d
    private static let date: UInt16 = 0x0021
    private static let regularFile: UInt32 = 0o100_644 << 16

    /// Bytes of the local header, and so how far behind its offset a member's content begins.
    static func localHeaderLength(_ summary: MemberSummary, _ limits: Zip64Limits) -> Int {
        localHeaderSize + summary.name.utf8.count + (limits.sizesNeedZip64(summary) ? zip64SizesField : 0)
    }

    static func localHeader(_ member: PlacedMember, _ limits: Zip64Limits) -> [UInt8] {
        let wide = limits.sizesNeedZip64(member.summary)
        var record = LittleEndianBytes()
        record.append(0x0403_4b50 as UInt32)
        appendShared(member, limits, to: &record)
        record.append(UInt16(wide ? zip64SizesField : 0))
        record.append(contentsOf: member.summary.name.utf8)
        if wide { appendZip64(member, sizes: true, offset: false, to: &record) }
        assert(record.bytes.count == localHeaderLength(member.summary, limits))
        return record.bytes
    }

    static func centralHeader(_ member: PlacedMember, _ limits: Zip64Limits) -> [UInt8] {
        let wideSizes = limits.sizesNeedZip64(member.summary)
        let wideOffset = member.offset >= limits.values
        var record = LittleEndianBytes()
        record.append(0x0201_4b50 as UInt32)
        record.append(madeBy)
        appendShared(member, limits, to: &record)
        record.append(UInt16((wideSizes || wideOffset ? 4 : 0) + (wideSizes ? 16 : 0) + (wideOffset ? 8 : 0)))
        record.append(0 as UInt16)
        record.append(0 as UInt16)
        record.append(0 as UInt16)
        record.append(regularFile)
        record.append(wideOffset ? .max : UInt32(truncatingIfNeeded: member.offset))
        record.append(contentsOf: member.summary.name.utf8)
        appendZip64(member, sizes: wideSizes, offset: wideOffset, to: &record)
        assert(record.bytes.count >= 46 + member.summary.name.utf8.count, "the fixed fields have 46 bytes")
        return record.bytes
    }

    /// The records after the central directory, which begins at `offset` and takes `size` bytes.
    static func end(members: Int, directorySize size: UInt64, at offset: UInt64, _ limits: Zip64Limits) -> [UInt8] {
        let wideCount = members >= limits.count
        let wideSize = size >= limits.values
        let wideOffset = offset >= limits.values
        var record = LittleEndianBytes()
        if wideCount || wideSize || wideOffset {
            record.append(0x0606_4b50 as UInt32)
            record.append(44 as UInt64)
            record.append(madeBy)
            record.append(version(zip64: true))
            record.append(0 as UInt32)
            record.append(0 as UInt32)
            record.append(UInt64(members))
            record.append(UInt64(members))
            record.append(size)
            record.append(offset)

            record.append(0x0706_4b50 as UInt32)
            record.append(0 as UInt32)
            record.append(offset + size)
            record.append(1 as UInt32)
        }
        let count = wideCount ? .max : UInt16(truncatingIfNeeded: members)
        record.append(0x0605_4b50 as UInt32)
        record.append(0 as UInt16)
        record.append(0 as UInt16)
        record.append(count)
        record.append(count)
        record.append(wideSize ? .max : UInt32(truncatingIfNeeded: size))
        record.append(wideOffset ? .max : UInt32(truncatingIfNeeded: offset))
        record.append(0 as UInt16)
        return record.bytes
    }

    /// The run of fields that both headers have, from "version needed" to the name's length.
    private static func appendShared(
        _ member: PlacedMember, _ limits: Zip64Limits, to record: inout LittleEndianBytes
    ) {
        let summary = member.summary
        let wide = limits.sizesNeedZip64(summary)
        record.append(version(zip64: wide || member.offset >= limits.values))
        record.append(utf8Names)
        record.append(summary.method.rawValue)
        record.append(0 as UInt16)
        record.append(date)
        record.append(summary.crc32)
        record.append(wide ? .max : UInt32(truncatingIfNeeded: summary.compressedSize))
        record.append(wide ? .max : UInt32(truncatingIfNeeded: summary.size))
        record.append(UInt16(summary.name.utf8.count))
    }

    private static func appendZip64(
        _ member: PlacedMember, sizes: Bool, offset: Bool, to record: inout LittleEndianBytes
    ) {
        guard sizes || offset else { return }
        record.append(1 as UInt16)
        record.append(UInt16((sizes ? 16 : 0) + (offset ? 8 : 0)))
        if sizes {
            record.append(member.summary.size)
            record.append(member.summary.compressedSize)
        }
        if offset { record.append(member.offset) }
    }

    private static func version(zip64: Bool) -> UInt16 { zip64 ? 45 : 20 }
}

/// A member and where its local header begins.
struct PlacedMember {
    let summary: MemberSummary
    let offset: UInt64

    /// Where its compressed content ends.
    func end(_ limits: Zip64Limits) -> UInt64 {
        offset + UInt64(ZipRecords.localHeaderLength(summary, limits)) + summary.compressedSize
    }
}

/// Bytes to which integers are appended with their lowest byte first.
struct LittleEndianBytes {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(contentsOf text: String.UTF8View) {
        bytes.append(contentsOf: text)
    }
}
