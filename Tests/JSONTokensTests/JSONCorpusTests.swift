import Foundation
import Testing

@Suite("Inputs that the fuzzer found")
struct JSONCorpusTests {
    @Test("are read as all texts must be", arguments: try corpus("json"))
    func replay(input: URL) throws {
        let bytes = try Data(contentsOf: input)
        let fault = bytes.withUnsafeBytes { FuzzedProperties.violation(in: $0) }
        #expect(fault == nil, "\(input.lastPathComponent)")
    }
}

/// The inputs of a fuzz target in `Tests/Fuzz`, of which there is always one.
private func corpus(_ target: String) throws -> [URL] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fuzz/\(target)")
    let inputs = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    return try inputs.isEmpty ? { throw CocoaError(.fileReadNoSuchFile) }() : inputs.sorted { $0.path < $1.path }
}
