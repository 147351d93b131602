import TestTags
import Testing

@testable import ZipArchive

/// A change to the bytes of an archive, and what the reader must say to it.
struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let reason: ZipReadError.Reason
    let change: @Sendable (inout [UInt8]) -> Void

    init(_ description: String, _ reason: ZipReadError.Reason, _ change: @escaping @Sendable (inout [UInt8]) -> Void) {
        testDescription = description
        self.reason = reason
        self.change = change
    }

    /// One byte set to another value.
    init(_ description: String, at index: Int, _ value: UInt8, _ reason: ZipReadError.Reason) {
        self.init("\(description) (byte \(index) = \(value))", reason) { $0[index] = value }
    }
}

@Suite("The reader refuses", .tags(.packs, .hostileInput))
struct RefusalTests {
    // The archive that is damaged; offsets of its records:
    //   0 local "a.txt", content at 35 | 38 local "b/c", content at 71, 6 bytes | 77 central "a.txt"
    //   128 central "b/c" | 177 end record, to 199
    private static func sound() throws -> [UInt8] {
        try archive([Named("a.txt", "hi\n"), Named("b/c", String(repeating: "a", count: 64))])
    }

    static let centralDamage = [
        Damage("signature", at: 77 + 3, 3, .wrongSignature),
        Damage("made by, version", at: 77 + 4, 20, .unsupportedField),
        Damage("made by, system", at: 77 + 5, 0, .unsupportedField),
        Damage("version needed", at: 77 + 6, 45, .unsupportedField),
        Damage("flags: encrypted", at: 77 + 8, 1, .unsupportedField),
        Damage("flags: data descriptor", at: 77 + 8, 8, .unsupportedField),
        Damage("flags: no UTF-8", at: 77 + 9, 0, .unsupportedField),
        Damage("method: bzip2", at: 77 + 10, 12, .unsupportedField),
        Damage("method: deflated", at: 77 + 10, 8, .headersDiffer),
        Damage("time", at: 77 + 12, 1, .unsupportedField),
        Damage("date", at: 77 + 14, 0x22, .unsupportedField),
        Damage("CRC-32", at: 77 + 16, 0, .headersDiffer),
        Damage("compressed size", at: 77 + 20, 2, .wrongSize),
        Damage("size", at: 77 + 24, 4, .wrongSize),
        Damage("size of a deflated member", at: 128 + 24, 65, .headersDiffer),
        Damage("size beyond what deflate can do", at: 128 + 27, 1, .tooLarge),
        Damage("name's length, shorter", at: 77 + 28, 4, .headersDiffer),
        Damage("name's length, past the end", at: 77 + 29, 1, .wrongLayout),
        Damage("extra field's length", at: 77 + 30, 20, .wrongZip64),
        Damage("comment's length", at: 77 + 32, 1, .unsupportedField),
        Damage("disk", at: 77 + 34, 1, .unsupportedField),
        Damage("internal attributes", at: 77 + 36, 1, .unsupportedField),
        Damage("external attributes: DOS", at: 77 + 38, 0x10, .unsupportedField),
        Damage("external attributes: mode", at: 77 + 40, 0xff, .unsupportedField),
        Damage("external attributes: a symbolic link", at: 77 + 41, 0xa1, .unsupportedField),
        Damage("offset of the first member", at: 77 + 42, 1, .wrongLayout),
        Damage("offset that makes members overlap", at: 128 + 42, 0, .wrongLayout),
        Damage("offset that leaves a gap", at: 128 + 42, 39, .wrongLayout),
        Damage("offset past the end", at: 128 + 45, 0x7f, .wrongLayout),
        Damage("name", at: 77 + 46, UInt8(ascii: "b"), .headersDiffer),
    ]

    static let localDamage = [
        Damage("signature", at: 38, 0, .wrongSignature),
        Damage("version needed", at: 38 + 4, 10, .headersDiffer),
        Damage("flags: data descriptor", at: 38 + 6, 8, .headersDiffer),
        Damage("flags: no UTF-8", at: 38 + 7, 0, .headersDiffer),
        Damage("method", at: 38 + 8, 0, .headersDiffer),
        Damage("time", at: 38 + 10, 1, .headersDiffer),
        Damage("date", at: 38 + 12, 0x22, .headersDiffer),
        Damage("CRC-32", at: 38 + 14, 0, .headersDiffer),
        Damage("compressed size", at: 38 + 18, 5, .headersDiffer),
        Damage("size", at: 38 + 22, 63, .headersDiffer),
        Damage("name's length", at: 38 + 26, 4, .headersDiffer),
        Damage("extra field's length", at: 38 + 28, 4, .headersDiffer),
        Damage("name", at: 38 + 30, UInt8(ascii: "B"), .headersDiffer),
    ]

    static let endDamage = [
        Damage("signature", at: 177, 0, .noEndRecord),
        Damage("this disk", at: 177 + 4, 1, .unsupportedField),
        Damage("the directory's disk", at: 177 + 6, 1, .unsupportedField),
        Damage("members on this disk", at: 177 + 8, 1, .wrongLayout),
        Damage("members in all", at: 177 + 10, 3, .wrongLayout),
        Damage("one member too few", .wrongLayout) {
            $0[177 + 8] = 1
            $0[177 + 10] = 1
        },
        Damage("one member too many", .wrongLayout) {
            $0[177 + 8] = 3
            $0[177 + 10] = 3
        },
        Damage("more members than allowed", .tooManyMembers) {
            $0[177 + 8] = 65
            $0[177 + 10] = 65
        },
        Damage("size of the directory", at: 177 + 12, 99, .wrongLayout),
        Damage("offset of the directory", at: 177 + 16, 76, .wrongLayout),
        Damage("comment's length", at: 177 + 20, 1, .unsupportedField),
        Damage("a directory that begins too late", .wrongSignature) {
            $0[177 + 12] = 99
            $0[177 + 16] = 78
        },
        Damage("zip64 that is not there", .wrongZip64) { bytes in
            for index in 16..<20 { bytes[177 + index] = 0xff }
        },
    ]

    static let layoutDamage = [
        Damage("nothing at all", .noEndRecord) { $0 = [] },
        Damage("a prefix", .wrongLayout) { $0.insert(0, at: 0) },
        Damage("a byte after the end", .noEndRecord) { $0.append(0) },
        Damage("a second end record", .wrongLayout) { $0 += $0.suffix(22) },
        Damage("a comment", .noEndRecord) {
            $0[177 + 20] = 2
            $0 += Array("hi".utf8)
        },
        Damage("no last byte", .noEndRecord) { $0.removeLast() },
        Damage("a gap before the directory", .wrongLayout) {
            $0.insert(0, at: 77)
            $0[178 + 16] = 78
        },
        Damage("bytes between directory and end", .wrongLayout) { $0.insert(0, at: 177) },
        Damage("bytes that the directory counts", .wrongLayout) {
            $0.insert(0, at: 177)
            $0[178 + 12] = 101
        },
    ]

    static let contentDamage = [
        Damage("another byte in a stored member", at: 36, 0, .wrongChecksum),
        Damage("a deflate block of no type", at: 71, 0x07, .damagedContent),
        Damage("another length", at: 73, 0xa5, .wrongChecksum),
        Damage("a block that is not the last", at: 71, 0x4a, .damagedContent),
        Damage("a CRC-32 that both headers agree on", .wrongChecksum) {
            $0[38 + 14] ^= 1
            $0[128 + 16] ^= 1
        },
        Damage("a size that both headers agree on, smaller", .wrongSize) {
            $0[38 + 22] = 63
            $0[128 + 24] = 63
        },
        Damage("a size that both headers agree on, larger", .wrongSize) {
            $0[38 + 22] = 65
            $0[128 + 24] = 65
        },
        Damage("a byte after the deflate stream", .damagedContent) { bytes in
            bytes.insert(0, at: 77)
            bytes[38 + 18] = 7
            bytes[129 + 20] = 7
            bytes[178 + 16] = 78
        },
        Damage("a deflate stream without its end", .damagedContent) { bytes in
            bytes.remove(at: 76)
            bytes[38 + 18] = 5
            bytes[127 + 20] = 5
            bytes[176 + 16] = 76
        },
    ]

    @Test("a central header with another", arguments: centralDamage)
    func central(_ damage: Damage) throws { try expectRefusal(damage) }

    @Test("a local header with another", arguments: localDamage)
    func local(_ damage: Damage) throws { try expectRefusal(damage) }

    @Test("an end record with another", arguments: endDamage)
    func end(_ damage: Damage) throws { try expectRefusal(damage) }

    @Test("a file with", arguments: layoutDamage)
    func layout(_ damage: Damage) throws { try expectRefusal(damage) }

    @Test("content with", arguments: contentDamage)
    func content(_ damage: Damage) throws { try expectRefusal(damage) }

    @Test("an archive of which any byte is another")
    func everyByte() throws {
        let sound = try Self.sound()
        for index in sound.indices {
            for mask in [0x01, 0x80, 0xff] as [UInt8] {
                // The deflate stream ends in the first bit of its sixth byte: the other bits mean nothing.
                if index == 76 && mask == 0x80 { continue }
                var damaged = sound
                damaged[index] ^= mask
                #expect(throws: ZipReadError.self, "byte \(index), bits \(mask)") { try contents(of: damaged) }
            }
        }
    }

    @Test("an archive that is cut anywhere")
    func everyLength() throws {
        let sound = try Self.sound()
        for count in sound.indices {
            #expect(throws: ZipReadError.self, "\(count) bytes") { try contents(of: Array(sound.prefix(count))) }
        }
    }

    private func expectRefusal(_ damage: Damage) throws {
        var bytes = try Self.sound()
        damage.change(&bytes)
        let error = #expect(throws: ZipReadError.self) { try contents(of: bytes) }
        #expect(error?.reason == damage.reason, "\(error.map { "\($0)" } ?? "")")
        #expect((error?.position ?? .max) <= UInt64(bytes.count))
    }
}
