import Foundation
import TestTags
import Testing

@testable import PackFormat

private let python = "/usr/bin/python3"

@Suite("CSV cells", .tags(.packs))
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
            ("\u{FF1E}1", "\u{FF1E}1"), ("\u{FF21}", "\u{FF21}"), ("'=1", "''=1"), (" =1", " =1"),
            ("-5", "-5"), ("+5", "+5"), ("-0.50", "-0.50"), ("+1e9", "+1e9"), ("-1.5E-3", "-1.5E-3"),
            ("-", "'-"), ("+", "'+"), ("-5a", "'-5a"), ("-5.", "'-5."), ("-.5", "'-.5"), ("--5", "'--5"),
            ("-1e", "'-1e"),
            ("-1 2", "'-1 2"), ("-1,5", "\"'-1,5\""), ("-٥", "'-٥"), ("+49 151", "'+49 151"),
        ])
    func cells(text: String, expected: String) {
        #expect(Self.cell(text) == expected)
    }

    @Test(
        "a piece that begins a cell for readers of another separator, or of lines, is neutralised too",
        arguments: [
            ("x;=1+2", "x;'=1+2"), ("x;=1;+2b;-3a;@4", "x;'=1;'+2b;'-3a;'@4"), ("x\t=1", "x\t'=1"), ("\t=1", "'\t'=1"),
            ("x\n=1", "\"x\n'=1\""), ("x\r\n-a", "\"x\r\n'-a\""), (";=1", ";'=1"), (";;=1", ";;'=1"),
            ("x;\"=1", "\"x;\"\"'=1\""), ("\"=1", "\"\"\"'=1\""), ("x;'=1", "x;''=1"), ("x;'\"'=1", "\"x;'\"\"''=1\""),
            ("x;\u{FF1D}1", "x;'\u{FF1D}1"), ("x;-5", "x;-5"), ("x;-5;+1.5e3", "x;-5;+1.5e3"), ("-5;x", "'-5;x"),
            ("x;-5a", "x;'-5a"), ("x; =1", "x; =1"), ("a=b;c=d", "a=b;c=d"), ("x;-5\n-6 7", "\"x;-5\n'-6 7\""),
            ("sixteen bytes ..;=and more", "sixteen bytes ..;'=and more"),
        ])
    func pieces(text: String, expected: String) {
        #expect(Self.cell(text) == expected)
    }

    /// What `Docs/PACK-FORMAT.md` says of undoing the rule, as a reader would write it.
    static func undone(_ cell: String) -> String {
        String(decoding: FormulaGuards.removed(from: Array(cell.utf8)), as: UTF8.self)
    }

    static func guarded(_ text: String) -> String {
        var positions: [Int] = []
        var bytes = Array(text.utf8)
        bytes.withUnsafeBytes { FormulaRule.forEachGuard(in: $0) { positions.append($0) } }
        for position in positions.reversed() { bytes.insert(UInt8(ascii: "'"), at: position) }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("the rule that metadata.json states can be undone, whatever the text")
    func inverse() {
        let pieces = [
            "=", "+", "-", "@", "'", "\"", ";", "\t", "\n", "\r", ",", "1", "5", ".", "e", "E", "x", " ", "\u{FF1D}",
            "\u{FF0B}", "\u{FF0D}", "\u{FF20}", "\u{FF21}", "-5", "+1.5e3",
        ]
        var random = SystemRandomNumberGenerator()
        for _ in 0..<60_000 {
            let text = (0..<Int.random(in: 0...9, using: &random)).map { _ in pieces.randomElement() ?? "" }.joined()
            let guarded = Self.guarded(text)
            #expect(Self.undone(guarded).utf8.elementsEqual(text.utf8), "\(text.debugDescription)")
            let isSafe = guarded.split(omittingEmptySubsequences: false) { ";\t\n\r\r\n".contains($0) }.allSatisfy {
                let core = $0.drop { $0 == "\"" }
                return !(core.first.map { "=@\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".contains($0) } ?? false)
            }
            #expect(isSafe, "\(text.debugDescription)")
        }
    }

    @Test("the program that the documentation gives undoes the rule as well", .enabled(if: access(python, X_OK) == 0))
    func documented() throws {
        let format = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Docs/PACK-FORMAT.md")
        let program = try #require(
            try String(contentsOf: format, encoding: .utf8).firstMatch(of: /```python\n((?s).*?)```/)?.1)
        let pieces = [
            "=", "+", "-", "@", "'", "\"", ";", "\t", "\n", "\r", "1", ".", "e", "x", " ", "\u{FF1D}", "-5", "+1.5e3",
        ]
        let texts = (0..<5000).map { _ in
            (0..<Int.random(in: 0...9)).map { _ in pieces.randomElement() ?? "" }.joined()
        }
        let process = Process()
        process.executableURL = URL(filePath: python)
        process.arguments = [
            "-I", "-c",
            program + "\nimport json, sys\nprint(json.dumps([original(cell) for cell in json.load(sys.stdin)]))",
        ]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let cells = try JSONEncoder().encode(texts.map(Self.guarded))
        Thread.detachNewThread {
            try? input.fileHandleForWriting.write(contentsOf: cells)
            try? input.fileHandleForWriting.close()
        }
        let undone = try JSONDecoder().decode([String].self, from: output.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        #expect(undone.map { Array($0.utf8) } == texts.map { Array($0.utf8) })
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
            ("a\n", 1), ("a\r\nb\n", 2), ("a\rb\r\n", 1), ("a\"b\r\n", 1), ("\"a\"b\r\n", 1), ("a\r\nb", 2),
            ("\"a\r\n", 1), ("a\r", 1),
        ])
    func malformed(text: String, row: Int) {
        #expect(throws: PackFormatError.malformedRow(row)) {
            var reader = CSVReader()
            try Array(text.utf8).withUnsafeBytes { try reader.feed($0) { _, _, _ in } }
            try reader.finish()
        }
    }
}
