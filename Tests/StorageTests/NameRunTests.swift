import Domain
import GRDB
import TestTags
import Testing

@testable import Storage

@Suite("The names of an import", .tags(.redaction))
struct NameRunTests {
    @Test("leave in the order of their bytes, each once, whether they were spooled or not", arguments: [40, 60_000])
    func order(count: Int) throws {
        let test = try TestStore()
        let state = test.store.state
        var runs = NameRuns()
        var random = SystemRandomNumberGenerator()
        let names = (0..<count).map { number in
            // Some differ only behind the bytes that they are sorted by.
            String(repeating: "n", count: number % 3 == 0 ? 40 : 3) + "\(number % (count / 2))@example.org"
        }
        for name in names.shuffled(using: &random) {
            var name = name
            try name.withUTF8 { try runs.insert(UnsafeRawBufferPointer($0)) { try state.makeSpool() } }
        }
        #expect(runs.bytes > 0)
        var seen: [String] = []
        try runs.drain { seen.append(String(decoding: $0, as: UTF8.self)) }
        #expect(Set(seen) == Set(names))
        let heads = seen.map { Array($0.utf8.prefix(32)) }
        #expect(zip(heads, heads.dropFirst()).allSatisfy { !$1.lexicographicallyPrecedes($0) })
    }

    @Test("of a report reach the dictionary, all of them, before the report is accepted")
    func report() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let names = (0..<9000).map { "p\($0)@example.org" }
        let text = #"{"mail":["\#(names.joined(separator: #"",""#))"]}"#
        test.faults.arm(.importBeforeApply)
        #expect(await reason { _ = try await test.importReport(text, into: tenant) } != nil)
        // Some batches are there already, which does no harm; the report is not.
        let early = try await test.count("identity_text")
        #expect(early >= 4000)
        #expect(try await test.count("report") == 0)
        _ = try await test.importReport(text, into: tenant)
        #expect(try await test.count("identity_text") > early)
        #expect(try await test.evidence(tenant).identities.isSuperset(of: names))
    }

    @Test("and the parts of a report of several mebibytes are stored byte for byte")
    func parts() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let text = #"{"mail":"a@example.org","x":"\#(String(repeating: "0123456789", count: 250_000))"}"#
        _ = try await test.importReport(text, into: tenant)
        let parts = try await test.store.read { database in
            try Row.fetchAll(database, sql: "SELECT part, length(bytes) AS size FROM report_part ORDER BY part").map {
                [$0["part"] as Int, $0["size"] as Int]
            }
        }
        #expect(parts.map { $0[0] } == [0, 1, 2] && parts[0][1] == 1 << 20 && parts[1][1] == 1 << 20)
        let stored = try await test.store.withEvidence(of: tenant.id) { evidence in
            var bytes: [UInt8] = []
            try evidence.readPayload(of: .entraAdminRoles) { bytes += $0 }
            return String(decoding: bytes, as: UTF8.self)
        }
        #expect(stored == text)
    }
}
