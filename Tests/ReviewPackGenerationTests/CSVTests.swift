import Testing

@testable import ReviewPackGeneration

@Suite("CSV cells")
struct CSVTests {
    static func cell(_ text: String) -> String {
        var csv = CSVWriter()
        csv.cell(text)
        return String(decoding: csv.bytes, as: UTF8.self)
    }

    @Test(
        "a cell is quoted when it must be, and neutralised when a spreadsheet would compute it",
        arguments: [
            ("", ""), ("plain", "plain"), (" space ", " space "), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""),
            ("\"", "\"\"\"\""), ("line\nbreak", "\"line\nbreak\""), ("line\rbreak", "\"line\rbreak\""),
            ("sixteen bytes, or more than that", "\"sixteen bytes, or more than that\""),
            ("a comma at sixteen,", "\"a comma at sixteen,\""),
            ("no special character in all of this", "no special character in all of this"),
            ("=1+1", "'=1+1"), ("+cmd", "'+cmd"), ("-cmd", "'-cmd"), ("@sum", "'@sum"), ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""), ("\nx", "\"'\nx\""), ("=\"a\",1", "\"'=\"\"a\"\",1\""),
            ("\u{FF1D}1", "'\u{FF1D}1"), ("\u{FF0B}1", "'\u{FF0B}1"), ("\u{FF0D}1", "'\u{FF0D}1"),
            ("\u{FF20}x", "'\u{FF20}x"),
            ("\u{FF1E}1", "\u{FF1E}1"), ("\u{FF21}", "\u{FF21}"), ("'=1", "'=1"), (" =1", " =1"),
            ("-5", "-5"), ("+5", "+5"), ("-0.50", "-0.50"), ("+1e9", "+1e9"), ("-1.5E-3", "-1.5E-3"),
            ("-", "'-"), ("+", "'+"), ("-5a", "'-5a"), ("-5.", "'-5."), ("-.5", "'-.5"), ("--5", "'--5"),
            ("-1e", "'-1e"),
            ("-1 2", "'-1 2"), ("-1,5", "\"'-1,5\""), ("-٥", "'-٥"), ("+49 151", "'+49 151"),
        ])
    func cells(text: String, expected: String) {
        #expect(Self.cell(text) == expected)
    }

    @Test("what is written reads back, whatever the chunks, but for the apostrophe")
    func roundTrip() throws {
        let rows = [["a", "", "\"q\"", "x,y"], ["", "\r\n", "ü", "=1"], ["", "", "", ""]]
        var csv = CSVWriter()
        for row in rows {
            for cell in row { csv.cell(cell) }
            csv.endRow()
        }
        for size in [1, 2, 3, 1000] {
            var read: [[String]] = []
            var reader = CSVReader()
            for start in stride(from: 0, to: csv.bytes.count, by: size) {
                try Array(csv.bytes[start..<min(start + size, csv.bytes.count)]).withUnsafeBytes { chunk in
                    try reader.feed(chunk) { row, column, cell in
                        if read.count < row { read.append([]) }
                        #expect(read[row - 1].count == column)
                        read[row - 1].append(String(decoding: cell, as: UTF8.self))
                    }
                }
            }
            try reader.finish()
            var expected = rows
            expected[1][1] = "'\r\n"
            expected[1][3] = "'=1"
            #expect(read == expected)
        }
    }

    @Test(
        "the reader refuses what readers might split differently",
        arguments: [
            ("a\n", 1), ("a\r\nb\n", 2), ("a\rb\r\n", 1), ("a\"b\r\n", 1), ("\"a\"b\r\n", 1), ("a,b\r\nc\r\n", 2),
            ("a\r\nb", 2),
            ("\"a\r\n", 1), ("a\r", 1),
        ])
    func malformed(text: String, row: Int) {
        #expect(throws: CSVReader.Malformed(row: row)) {
            var reader = CSVReader()
            try Array(text.utf8).withUnsafeBytes { try reader.feed($0) { _, _, _ in } }
            try reader.finish()
        }
    }
}
