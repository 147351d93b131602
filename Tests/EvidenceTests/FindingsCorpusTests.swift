import Foundation
import FuzzCorpus
import TestTags
import Testing

@Suite("Findings that the fuzzer found", .tags(.evidence, .hostileInput))
struct FindingsCorpusTests {
    @Test("are read as all findings must be", arguments: try FuzzCorpus.inputs(of: "findings"))
    func replay(input: URL) throws {
        #expect(try FuzzCorpus.replay(input, FuzzedProperties.violation) == nil, "\(input.lastPathComponent)")
    }
}
