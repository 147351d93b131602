import Domain
import GRDB
import TestTags
import Testing

@testable import Storage

@Suite("A stored row", .tags(.durability))
struct StoredRowTests {
    private func row(_ columns: String) throws -> StoredRow {
        let row = try DatabaseQueue().read { try Row.fetchOne($0, sql: "SELECT \(columns)") }
        return try #require(row).of("finding")
    }

    @Test("gives values as what they were stored as, and NULL where there may be none")
    func values() throws {
        let row = try row("2 AS number, 'a' AS text, zeroblob(16) AS id, NULL AS gone")
        #expect(try row.value("number") as Int64 == 2)
        #expect(try row.value("number") as Int64? == 2)
        #expect(try row.value("number") as PackStatus == .generating)
        #expect(try row.value("text") as String == "a")
        #expect(try row.value("id") as PackID == PackID(high: 0, low: 0))
        #expect(try row.value("gone") as Int64? == nil)
    }

    @Test(
        "throws, with table and column, where the value is none of the type that is asked for",
        arguments: ["NULL", "'three'", "x'03'", "9e99", "9223372036854775807", "-1"])
    func damage(value: String) throws {
        let row = try row("\(value) AS status")
        let error = #expect(throws: DamagedRow.self) { try row.value("status") as PackStatus }
        #expect(error?.description == "a row of finding holds no legal value in status")
        let seen = StoreFailure.productError(for: try #require(error))
        #expect(seen.reason == .databaseDamaged && seen.metadata == ["table": "finding", "column": "status"])
    }

    @Test("throws for a column that is not there, also where NULL would do")
    func missingColumn() throws {
        let row = try row("1 AS number")
        #expect(throws: DamagedRow.self) { try row.value("status") as Int64? }
    }

    @Test("knows no time outside of the years 1 to 9999, and no number outside of its range")
    func bounds() throws {
        let row = try row("253402300799999 AS latest, 253402300800000 AS later, -9223372036854775807 AS first")
        #expect(try row.value("latest") as UnixMillis == .latest)
        for column in ["later", "first"] {
            #expect(throws: DamagedRow.self) { try row.value(column) as UnixMillis }
            #expect(throws: DamagedRow.self) { try row.value(column, in: 0...9) as Int64 }
        }
    }
}
