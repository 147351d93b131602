import Foundation
import FuzzCorpus
import TestTags
import Testing

@Suite("Inputs that the fuzzer found", .tags(.access, .hostileInput))
struct TokenCorpusTests {
    @Test("are read as all tokens must be", arguments: try FuzzCorpus.inputs(of: "tokens"))
    func replay(input: URL) throws {
        #expect(try FuzzCorpus.replay(input, FuzzedProperties.violation) == nil, "\(input.lastPathComponent)")
    }
}

@Suite("Page tokens that the fuzzer found", .tags(.wire, .hostileInput))
struct PageCorpusTests {
    @Test("are read as all page tokens must be", arguments: try FuzzCorpus.inputs(of: "pages"))
    func replay(input: URL) throws {
        #expect(try FuzzCorpus.replay(input, FuzzedPages.violation) == nil, "\(input.lastPathComponent)")
    }
}
