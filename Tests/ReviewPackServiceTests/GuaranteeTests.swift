import Foundation
import Testing

@Suite("Docs/GUARANTEES.md")
struct GuaranteeTests {
    private static let project = DocumentTests.docs.deletingLastPathComponent()

    private func named() throws -> [(suite: String, test: String)] {
        let text = try String(contentsOf: DocumentTests.docs.appending(path: "GUARANTEES.md"), encoding: .utf8)
        return text.matches(of: /(?m)^- `(\w+)`: "(.+)"$/).map { (String($0.1), String($0.2)) }
    }

    @Test("names only tests that exist, in the suites that it says")
    func tests() throws {
        let folder = Self.project.appending(path: "Tests")
        let sources = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".swift") }
            .map { try String(contentsOf: folder.appending(path: $0), encoding: .utf8) }
        for (suite, test) in try named() {
            let holds = sources.contains { source in
                source.contains("struct \(suite) ") && source.contains("\"\(test)\"") && source.contains("@Test")
            }
            #expect(holds, "\(suite): \(test)")
        }
    }

    @Test("has every guarantee, each with a test")
    func complete() throws {
        let text = try String(contentsOf: DocumentTests.docs.appending(path: "GUARANTEES.md"), encoding: .utf8)
        let sections = text.components(separatedBy: "\n## ").dropFirst()
        for number in 1...11 {
            let section = sections.first { $0.hasPrefix("\(number). ") }
            #expect(section?.contains("\n- `") == true, "guarantee \(number)")
        }
    }
}
