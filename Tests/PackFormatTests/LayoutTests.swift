import Foundation
import TestTags
import Testing

@testable import PackFormat

@Suite("What Docs/PACK-FORMAT.md says of a pack", .tags(.documents))
struct LayoutTests {
    /// The lines of a section, from behind its heading to the next one.
    private static func section(_ heading: String) throws -> [Substring] {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Docs/PACK-FORMAT.md")
        let lines = try String(contentsOf: page, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.drop { $0 == "#" }.dropFirst() == heading })
        return lines[(start + 1)...].prefix { !$0.hasPrefix("#") }.map(\.self)
    }

    /// The names in the first column of the table there.
    private static func firstColumn(of heading: String) throws -> [String] {
        try section(heading).filter { $0.hasPrefix("| `") }.flatMap { row in
            row.dropFirst(2).prefix { $0 != "|" }.matches(of: /`([^`]+)`/).map { String($0.1) }
        }
    }

    @Test("the page lists the files of a pack in the order of the archive")
    func files() throws {
        #expect(try Self.firstColumn(of: "The review pack") == PackFile.allCases.map(\.name))
    }

    @Test("the page lists the columns of findings.csv in their order")
    func findingColumns() throws {
        #expect(try Self.firstColumn(of: "findings.csv") == FindingColumn.names)
    }

    @Test("the page lists the columns of operations.csv in their order")
    func operationColumns() throws {
        // The first sentence; in brackets stand the values of a column.
        let sentence = try Self.section("operations.csv").joined(separator: " ").prefix { $0 != "." }
        let names = sentence.replacing(/\([^)]*\)/, with: "").matches(of: /`([^`]+)`/).map { String($0.1) }
        #expect(names == OperationColumn.names)
    }

    @Test("the page names each document's schema in its heading")
    func schemas() throws {
        for file in PackFile.allCases {
            guard let schema = file.schema else { continue }
            let isReport = file == .entraAdminRoles || file == .permissionPosture
            #expect(throws: Never.self, "\(file)") {
                try Self.section("\(isReport ? "reports/*.json" : file.name): `\(schema)`")
            }
        }
    }
}
