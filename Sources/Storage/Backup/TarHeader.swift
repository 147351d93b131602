// The header block of an archive's entry, ustar as in POSIX.1-1988:
//
//  offset  size   content
//       0   100   name, NUL-padded
//     100     8   mode, octal
//     108     8   uid
//     116     8   gid
//     124    12   size in bytes; octal up to 8 GiB, above that GNU's base-256 form (first bit set, big-endian)
//     136    12   mtime, seconds
//     148     8   checksum: sum of all bytes of the block with these eight as spaces; six octal digits, NUL, space
//     156     1   type: '0' file, '5' directory
//     157   100   link name, empty
//     257     8   "ustar", NUL, "00"
//     265    64   user and group names, empty: the numbers count
//     329    16   device numbers, empty
//     345   155   name prefix, empty
//     500    12   zero
//
// An entry is its header and its bytes, filled with zeros to whole blocks; two blocks of zeros end the archive.

/// One entry's header: the same values give the same 512 bytes.
struct TarHeader: Equatable {
    static let blockSize = 512
    static let end = [UInt8](repeating: 0, count: 2 * blockSize)

    /// At most 100 bytes.
    var name: String
    var mode: UInt32
    var uid: UInt32
    var gid: UInt32
    var size: Int64
    /// Seconds since 1970.
    var modifiedAt: Int64
    var isDirectory = false

    /// How many zeros follow `size` bytes.
    static func padding(after size: Int64) -> Int {
        let rest = Int(size % Int64(blockSize))
        return rest == 0 ? 0 : blockSize - rest
    }

    var bytes: [UInt8] {
        var block = [UInt8](repeating: 0, count: TarHeader.blockSize)
        func put(_ text: some Sequence<UInt8>, at offset: Int) {
            for (index, byte) in text.enumerated() { block[offset + index] = byte }
        }
        put(name.utf8.prefix(100), at: 0)
        put(TarHeader.octal(UInt64(mode), digits: 7), at: 100)
        put(TarHeader.octal(TarHeader.owner(uid), digits: 7), at: 108)
        put(TarHeader.octal(TarHeader.owner(gid), digits: 7), at: 116)
        put(TarHeader.number(UInt64(max(0, size))), at: 124)
        put(TarHeader.number(UInt64(max(0, modifiedAt))), at: 136)
        put(repeatElement(UInt8(ascii: " "), count: 8), at: 148)
        block[156] = UInt8(ascii: isDirectory ? "5" : "0")
        put(Array("ustar\0".utf8) + Array("00".utf8), at: 257)
        let sum = block.reduce(UInt64(0)) { $0 + UInt64($1) }
        put(TarHeader.octal(sum, digits: 6) + [0, UInt8(ascii: " ")], at: 148)
        return block
    }

    /// A uid that does not fit into seven octal digits is written as 0: whoever unpacks says whose the files shall be.
    private static func owner(_ id: UInt32) -> UInt64 { id < 1 << 21 ? UInt64(id) : 0 }

    private static func number(_ value: UInt64) -> [UInt8] {
        if value < 1 << 33 { return octal(value, digits: 11) }
        return [0x80, 0, 0, 0] + (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * UInt64($0))) }
    }

    private static func octal(_ value: UInt64, digits: Int) -> [UInt8] {
        let text = String(value, radix: 8)
        return Array(repeatElement(UInt8(ascii: "0"), count: max(0, digits - text.utf8.count))) + Array(text.utf8)
    }
}
