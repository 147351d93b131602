import Foundation
import FuzzCorpus
import TestTags
import Testing

@Suite("Inputs that the fuzzer found", .tags(.packs, .hostileInput))
struct ZipCorpusTests {
    @Test("are read as all archives must be", arguments: try FuzzCorpus.inputs(of: "zip"))
    func replay(input: URL) throws {
        #expect(try FuzzCorpus.replay(input, FuzzedProperties.violation) == nil, "\(input.lastPathComponent)")
    }
}
