import TestTags
import Testing

@testable import Storage

@Suite("The origin of stored check texts", .tags(.redaction))
struct CatalogueOriginTests {
    @Test("is a scanner's after the migration, unless a finding without a result has the text")
    func migrated() async throws {
        let first = try FirstState()
        let test = try first.opened()
        let withoutResult = "id IN (SELECT check_text FROM finding WHERE result = 0)"
        #expect(try await test.count("check_text", where: "from_scanner = 1 AND \(withoutResult)") == 0)
        #expect(try await test.count("check_text", where: "from_scanner = 0 AND NOT \(withoutResult)") == 0)
        #expect(try await test.count("check_text", where: "from_scanner = 1") > 0)
    }
}
