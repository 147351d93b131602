import Foundation
import TestTags
import Testing

@Suite("Docs/GUARANTEES.md", .tags(.documents))
struct GuaranteeTests {
    private static let project = DocumentTests.docs.deletingLastPathComponent()

    private func named() throws -> [(suite: String, test: String)] {
        let text = try String(contentsOf: DocumentTests.docs.appending(path: "GUARANTEES.md"), encoding: .utf8)
        return text.matches(of: /(?m)^- `(\w+)`: "(.+)"$/).map { (String($0.1), String($0.2)) }
    }

    /// The sentences of the tests that each type itself holds, in its declaration or an extension.
    ///
    /// A type is what stands between its line and the next `}` in the first column, as swift-format leaves it.
    static func sentences(in source: String) -> [String: Set<String>] {
        var found: [String: Set<String>] = [:]
        let declaration =
            #/
            ^(?:@\w+(?:\([^\n]*\))?\ )*(?:(?:public|final|private|fileprivate)\ )*
            (?:struct|class|enum|actor|extension)\ (\w+)[^\n]*\{$
            /#
        var body: [Substring] = []
        var type: String?
        for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
            if let match = line.firstMatch(of: declaration) {
                (type, body) = (String(match.1), [])
            } else if line == "}", let name = type {
                let text = body.joined(separator: "\n")
                for test in text.matches(of: /@Test\(\s*"((?:[^"\\\n]|\\.)+)"/) {
                    found[name, default: []].insert(String(test.1).replacing("\\\"", with: "\""))
                }
                for test in text.matches(of: /@Test\(\s*"""\n((?:[^\n]*\n)*?) *"""/) {
                    let lines = test.1.split(separator: "\n").map { $0.drop { $0 == " " } }
                    found[name, default: []].insert(
                        lines.map { $0.hasSuffix("\\") ? $0.dropLast() : $0 }.joined())
                }
                type = nil
            } else if !line.drop(while: { $0 == " " }).hasPrefix("//") {
                body.append(line)
            }
        }
        return found
    }

    @Test("names only tests that exist, each in the suite that it says")
    func tests() throws {
        let folder = Self.project.appending(path: "Tests")
        var known: [String: Set<String>] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) where path.hasSuffix(".swift") {
            let source = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
            known.merge(Self.sentences(in: source)) { $0.union($1) }
        }
        let named = try named()
        #expect(named.count > 80)
        for (suite, test) in named { #expect(known[suite]?.contains(test) == true, "\(suite): \(test)") }
    }

    @Test("is not content with a sentence that stands in another type of the file, in a comment, or in no test")
    func sharpness() {
        let source = """
            @Suite("One")
            struct OneTests {
                @Test("is here")
                func here() {}
                @Test(
                    "stands on a line of its own",
                    arguments: [1])
                func arguments(_: Int) {}
                @Test(
                    \"\"\"
                    goes on from one line \\
                    to the next
                    \"\"\")
                func long() {}
                // @Test("was here")
                func helper() { print("is said") }
            }

            final class Log: Sendable {
                @Test("was left by a merge")
                func lost() {}
            }

            extension OneTests {
                @Test("says \\"so\\" in an extension")
                func extended() {}
            }
            """
        let found = Self.sentences(in: source)
        #expect(
            found["OneTests"] == [
                "is here", "stands on a line of its own", "goes on from one line to the next",
                "says \"so\" in an extension",
            ])
        #expect(found["Log"] == ["was left by a merge"])
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
