import TestTags
import Testing

@testable import ZipArchive

@Suite("Member names", .tags(.packs))
struct MemberNameTests {
    @Test(
        "that could lead elsewhere or mean another thing elsewhere are refused",
        arguments: [
            ("", .empty), (String(repeating: "a", count: 256), .tooLong), ("a\u{0}b", .controlCharacter),
            ("a\nb", .controlCharacter), ("a\u{7f}", .controlCharacter), ("a\u{85}", .controlCharacter),
            ("a\\b", .backslash), ("C:", .colon), ("a:b", .colon), ("/a", .absolute), ("/", .absolute),
            ("a//b", .emptyComponent), ("a/", .emptyComponent), (".", .dotComponent), ("..", .dotComponent),
            ("../a", .dotComponent), ("a/../b", .dotComponent), ("a/.", .dotComponent),
        ] as [(String, MemberNameFault)])
    func refused(_ name: String, _ fault: MemberNameFault) throws {
        #expect(MemberName.fault(in: name.utf8) == fault)
        #expect(throws: ZipError.invalidName(name, fault)) {
            _ = try MemberCompressor(name: name, options: .standard, spoolDirectory: "/tmp")
        }
        #expect(throws: ZipError.invalidName(name, fault)) {
            try writeArchive([Named(name, "")], to: try ScratchFolder().newFile())
        }
    }

    @Test(
        "that are plain relative paths are taken",
        arguments: [
            "a", "findings.csv", "reports/posture.json", "...", "a..b", ".hidden", "..a/b..", "日本", "a b",
            String(repeating: "a", count: 255),
        ])
    func accepted(_ name: String) {
        #expect(MemberName.fault(in: name.utf8) == nil)
    }

    @Test(
        "that are no UTF-8 are refused", arguments: [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xc3]] as [[UInt8]])
    func notUTF8(_ bytes: [UInt8]) {
        #expect(MemberName.fault(in: bytes) == .notUTF8)
    }
}
