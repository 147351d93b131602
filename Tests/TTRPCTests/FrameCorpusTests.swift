import Foundation
import FuzzCorpus
import TestTags
import Testing

@Suite("Inputs that the fuzzer found", .tags(.wire, .hostileInput))
struct FrameCorpusTests {
    @Test("are read as all frames must be", arguments: try FuzzCorpus.inputs(of: "frames"))
    func replay(input: URL) throws {
        #expect(try FuzzCorpus.replay(input, FuzzedProperties.violation) == nil, "\(input.lastPathComponent)")
    }
}
