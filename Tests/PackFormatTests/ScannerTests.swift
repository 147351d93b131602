import TestTags
import Testing

@testable import PackFormat

@Suite("UTF-8 in chunks", .tags(.packs))
struct UTF8ScannerTests {
    private func isUTF8(_ bytes: [UInt8], chunk: Int) -> Bool {
        var scanner = UTF8Scanner()
        do {
            for start in stride(from: 0, to: bytes.count, by: chunk) {
                try Array(bytes[start..<min(start + chunk, bytes.count)]).withUnsafeBytes { try scanner.feed($0) }
            }
            try scanner.finish()
            return true
        } catch { return false }
    }

    @Test("the verdict does not depend on where the text was split", arguments: 1...7)
    func splits(chunk: Int) {
        #expect(isUTF8(Array("a é 日本 😀 z".utf8), chunk: chunk))
        #expect(isUTF8([], chunk: chunk))
        for bytes: [UInt8] in [
            [0x61, 0xFF], [0xFF, 0x61, 0x61, 0x61, 0x61], [0xE6, 0x97], [0x61, 0xF0, 0x9F, 0x98], [0xC0, 0x80],
            [0xED, 0xA0, 0x80, 0x61], [0x61, 0x80],
        ] { #expect(!isUTF8(bytes, chunk: chunk)) }
    }
}

@Suite("CSV as RFC 4180", .tags(.packs))
struct CSVReaderTests {
    private func scan(_ text: String, chunk: Int, cellLimit: Int = .max) throws -> (rows: Int, cells: [String]) {
        var reader = CSVReader(cellLimit: cellLimit)
        var cells: [String] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            try Array(bytes[start..<min(start + chunk, bytes.count)]).withUnsafeBytes { piece in
                try reader.feed(piece) { row, column, cell in
                    if row > 1, column == 1 { cells.append(String(decoding: cell, as: UTF8.self)) }
                }
            }
        }
        try reader.finish()
        return (reader.row - 1, cells)
    }

    @Test("rows and cells do not depend on where the text was split", arguments: 1...9)
    func splits(chunk: Int) throws {
        let text = "a,b\r\n1,\"x \"\"y\"\",\r\nz\"\r\n2,\r\n,\"\"\r\n"
        let (rows, cells) = try scan(text, chunk: chunk)
        #expect(rows == 4)
        #expect(cells == ["x \"y\",\r\nz", "", ""])
    }

    @Test("a long cell is cut, whatever the chunks, and the cells behind it are as they were", arguments: 1...9)
    func longCells(chunk: Int) throws {
        let text = "a,b,c\r\n1,long cell,\"x\"\r\n2,\"and \"\"quoted\"\"\",y\r\n3,z,\r\n"
        #expect(try scan(text, chunk: chunk, cellLimit: 5).cells == ["long ", "and \"", "z"])
    }

    @Test(
        "what is not RFC 4180 is refused with its line",
        arguments: [
            ("a,b\n", PackFormatError.malformedRow(1)), ("a,b\r\n1,2", .malformedRow(2)),
            ("a,b\r\n1,x\"y\r\n", .malformedRow(2)), ("a,b\r\n1,\"x\"y\r\n", .malformedRow(2)),
            ("a,b\r\n1,2\rx", .malformedRow(2)), ("a,b\r\n1\r\n", .unequalRow(2)),
            ("a,b\r\n1,2,3\r\n", .unequalRow(2)), ("a,b\r\n1,\"2", .malformedRow(2)),
        ])
    func faults(text: String, fault: PackFormatError) {
        #expect(throws: fault) { try scan(text, chunk: 3) }
    }
}
