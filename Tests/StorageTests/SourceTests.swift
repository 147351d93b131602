import Foundation
import TestTags
import Testing

/// What no source file may do, because a damaged byte on disk would then end the daemon, or somebody be taken for
/// somebody else.
@Suite("The sources", .tags(.durability))
struct SourceTests {
    /// Sets and dictionaries with Strings as keys, which take two spellings of a text for one, and why they may stand
    /// where they do.
    private static let lettersAsKeys = [
        "ProductError.swift": "keys of ours", "JSONObjectText.swift": "keys of ours",
        "AuditEvent.swift": "keys of ours",
        "Store+Expiry.swift": "keys of ours", "Store+Completion.swift": "keys of ours",
        "Schema.swift": "keys of ours", "FutureTimes.swift": "keys of ours",
        "Store+Scans.swift": "keys of ours",
        "SchemaObject.swift": "names of tables and columns",
        "RowCheck.swift": "names of tables and columns",
        "Store+PackFiles.swift": "names of files to be kept: one that is only alike is kept, too",
        "Dispatcher.swift": "names of methods",
    ]

    /// Whether a line declares such a set or dictionary.
    private static func hasLettersAsKeys(_ line: some StringProtocol) -> Bool {
        String(line).firstMatch(of: /Set<(String|Substring)>|\[(String|Substring) ?:|Dictionary<(String|Substring)\b/)
            != nil
    }

    @Test("keep what stands for somebody or something as ExactText, not as a String, where it is a key")
    func keys() throws {
        var found: Set<String> = []
        let ofCalls = ["Access", "Calls", "Dispatch", "Handlers", "Jobs", "Mapping", "Methods", "Paging", "Tokens"]
        for module in ["Domain", "Evidence", "Storage"] + ofCalls.map({ "Daemon/" + $0 }) {
            let folder = Self.sources.appending(path: module)
            let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
            for case let file as URL in files where file.pathExtension == "swift" {
                let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
                for line in lines where !line.drop(while: { $0 == " " }).hasPrefix("//") && Self.hasLettersAsKeys(line)
                {
                    found.insert(file.lastPathComponent)
                    #expect(Self.lettersAsKeys[file.lastPathComponent] != nil, "\(file.lastPathComponent): \(line)")
                }
            }
        }
        #expect(found == Set(Self.lettersAsKeys.keys), "the list names what is there, and nothing else")
        for line in ["var seen: Set<String> = []", "let byName: [String: Int]", "Dictionary<Substring, Int>()"] {
            #expect(Self.hasLettersAsKeys(line))
        }
        for line in ["Set<ExactText>", "[\"a\": 1]", "[StringKey: Int]", "func f(_ name: String)"] {
            #expect(!Self.hasLettersAsKeys(line))
        }
    }

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
