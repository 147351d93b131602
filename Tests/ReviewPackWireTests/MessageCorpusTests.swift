import Foundation
import Testing

@Suite("Inputs that the fuzzer found")
struct MessageCorpusTests {
    @Test("are read as all messages must be", arguments: try corpus("messages"))
    func replay(input: URL) throws {
        let bytes = try Data(contentsOf: input)
        let fault = bytes.withUnsafeBytes { FuzzedProperties.violation(in: $0) }
        #expect(fault == nil, "\(input.lastPathComponent)")
    }

    @Test("and the fuzzer tries every message that there is code for")
    func everyMessage() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/ReviewPackWire/Generated")
        var generated: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            for match in try String(contentsOf: file, encoding: .utf8).matches(of: /extension (.*): CBacked/) {
                generated.insert(String(match.1))
            }
        }
        let tried = FuzzedProperties.messages.map { String(reflecting: $0).replacing("ReviewPackWire.", with: "") }
        #expect(Set(tried) == generated)
        #expect(tried.count == generated.count)
    }
}

/// The inputs of a fuzz target in `Tests/Fuzz`, of which there is always one.
private func corpus(_ target: String) throws -> [URL] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fuzz/\(target)")
    let inputs = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    return try inputs.isEmpty ? { throw CocoaError(.fileReadNoSuchFile) }() : inputs.sorted { $0.path < $1.path }
}
