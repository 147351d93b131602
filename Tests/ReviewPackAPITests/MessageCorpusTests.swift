import Foundation
import FuzzCorpus
import TestTags
import Testing

@Suite("Inputs that the fuzzer found", .tags(.wire, .hostileInput))
struct MessageCorpusTests {
    @Test("are read as all messages must be", arguments: try FuzzCorpus.inputs(of: "messages"))
    func replay(input: URL) throws {
        #expect(try FuzzCorpus.replay(input, FuzzedProperties.violation) == nil, "\(input.lastPathComponent)")
    }

    @Test("and the fuzzer tries every message that there is code for")
    func everyMessage() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/ReviewPackAPI/Generated")
        var generated: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            for match in try String(contentsOf: file, encoding: .utf8).matches(of: /extension (.*): CBacked/) {
                generated.insert(String(match.1))
            }
        }
        let tried = FuzzedProperties.messages.map { String(reflecting: $0).replacing("ReviewPackAPI.", with: "") }
        #expect(Set(tried) == generated)
        #expect(tried.count == generated.count)
    }
}
