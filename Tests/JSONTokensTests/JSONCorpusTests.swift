import Foundation
import FuzzCorpus
import TestTags
import Testing

@Suite("Inputs that the fuzzer found", .tags(.hostileInput))
struct JSONCorpusTests {
    @Test("are read as all texts must be", arguments: try FuzzCorpus.inputs(of: "json"))
    func replay(input: URL) throws {
        #expect(try FuzzCorpus.replay(input, FuzzedProperties.violation) == nil, "\(input.lastPathComponent)")
    }
}
