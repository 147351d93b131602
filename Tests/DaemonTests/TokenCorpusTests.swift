import Foundation
import FuzzCorpus
import Testing

@Suite("Inputs that the fuzzer found")
struct TokenCorpusTests {
    @Test("are read as all tokens must be", arguments: try FuzzCorpus.inputs(of: "tokens"))
    func replay(input: URL) throws {
        #expect(try FuzzCorpus.replay(input, FuzzedProperties.violation) == nil, "\(input.lastPathComponent)")
    }
}

@Suite("Page tokens that the fuzzer found")
struct PageCorpusTests {
    @Test("are read as all page tokens must be", arguments: try FuzzCorpus.inputs(of: "pages"))
    func replay(input: URL) throws {
        #expect(try FuzzCorpus.replay(input, FuzzedPages.violation) == nil, "\(input.lastPathComponent)")
    }
}
