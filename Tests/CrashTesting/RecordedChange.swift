import Foundation

/// One change of the state directory as the preloaded library recorded it; its layout is in `interposer.c`.
struct RecordedChange {
    enum Kind: UInt8 {
        case create = 0x63  // c
        case write = 0x77  // w
        case truncate = 0x74  // t
        case syncFile = 0x73  // s
        case syncDirectory = 0x64  // d
        case failedSyncFile = 0x66  // f
        case failedSyncDirectory = 0x67  // g
        case rename = 0x72  // r
        case link = 0x6C  // l
        case unlink = 0x75  // u
        case makeDirectory = 0x6D  // m
        case removeDirectory = 0x78  // x
    }

    var kind: Kind
    var inode: UInt64
    /// Of a write; the new size of a truncation.
    var offset: Int
    var path: String
    var second: String
    var data: ArraySlice<UInt8>
    /// Where the record ends in the file.
    var end: Int

    /// Reads a whole record file; one that was cut off ends before the cut.
    static func read(_ path: String) throws -> [RecordedChange] {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        var changes: [RecordedChange] = []
        var position = 0
        func integer(_ start: Int, _ count: Int) -> Int {
            bytes[start..<start + count].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        while position + 29 <= bytes.count, let kind = Kind(rawValue: bytes[position]) {
            let lengths = [17, 21, 25].map { integer(position + $0, 4) }
            var start = position + 29
            let end = start + lengths.reduce(0, +)
            guard end <= bytes.count else { break }
            func text(_ length: Int) -> String {
                defer { start += length }
                return String(decoding: bytes[start..<start + length], as: UTF8.self)
            }
            let first = text(lengths[0])
            let second = text(lengths[1])
            changes.append(
                RecordedChange(
                    kind: kind, inode: UInt64(integer(position + 1, 8)), offset: integer(position + 9, 8),
                    path: first, second: second, data: bytes[start..<end], end: end))
            position = end
        }
        return changes
    }
}
