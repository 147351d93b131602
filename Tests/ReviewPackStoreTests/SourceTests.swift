import Foundation
import Testing

/// What no source file may do, because a damaged byte on disk would then end the daemon.
@Suite("The sources")
struct SourceTests {
    private static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources")

    /// Dictionaries of our own with texts as keys; everything else that is asked for a text is a row.
    private static let dictionaries: Set = [
        "context", "details", "metadata", "extra", "enumerations", "ranges", "facts",
    ]

    /// The lines of all files that use the database, without comments.
    private static func lines() throws -> [(place: String, text: Substring)] {
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        return try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.flatMap { file in
            let text = try String(contentsOf: file, encoding: .utf8)
            guard text.contains("import GRDB") else { return [(place: String, text: Substring)]() }
            return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap {
                index, line in
                let code = line.drop { $0 == " " }
                return code.hasPrefix("//") ? nil : ("\(file.lastPathComponent):\(index + 1)", code)
            }
        }
    }

    /// The first name in a line that is asked for a text, or a row that is asked for a position.
    private static func rawRead(in line: Substring) -> Substring? {
        guard line.contains("[") else { return nil }
        if let match = line.firstMatch(of: /\b[A-Za-z]*[rR]ow\[/) { return match.0 }
        return line.matches(of: /([A-Za-z_$0-9)]+)[?!]?\["/).map(\.1).first { !dictionaries.contains(String($0)) }
    }

    @Test("read rows by StoredRow alone, and force nothing that the database gives")
    func rows() throws {
        let lines = try Self.lines()
        #expect(lines.count > 3000, "the sources are where this test looks")
        for (place, text) in lines {
            #expect(Self.rawRead(in: text) == nil, "\(place): read the row by StoredRow.value")
            #expect(!text.contains("try!") && !text.contains("as!"), "\(place): throw instead")
            #expect(text.firstMatch(of: /fetchOne\(.*\)!/) == nil, "\(place): throw instead")
        }
    }

    @Test(
        "are read by a test that knows a raw read when it sees one",
        arguments: [
            #"let id: PackID = row["id"]"#, #"last?["number"]"#, #"map { $0["name"] }"#, #"try rows.next()!["x"]"#,
            "let table: String = row[0]", #"head["seq"]"#,
        ])
    func sharpness(line: String) {
        #expect(Self.rawRead(in: line[...]) != nil)
        #expect(Self.rawRead(in: #"context["pack"] = metadata["pack"]"#[...]) == nil)
    }
}
