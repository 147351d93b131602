import Foundation
import FuzzCorpus
import TestTags
import Testing

@Suite("Inputs that the fuzzer found", .tags(.redaction, .hostileInput))
struct RedactionCorpusTests {
    @Test("are redacted, scanned and written as all texts must be", arguments: try FuzzCorpus.inputs(of: "redaction"))
    func replay(input: URL) throws {
        #expect(try FuzzCorpus.replay(input, FuzzedProperties.violation) == nil, "\(input.lastPathComponent)")
    }
}
