import Foundation
import FuzzCorpus
import Testing

@Suite("Inputs that the fuzzer found")
struct JSONCorpusTests {
    @Test("are read as all texts must be", arguments: try FuzzCorpus.inputs(of: "json"))
    func replay(input: URL) throws {
        #expect(try FuzzCorpus.replay(input, FuzzedProperties.violation) == nil, "\(input.lastPathComponent)")
    }
}
