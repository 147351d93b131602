import Bytes
import Domain
import Foundation
import ReviewPackAPI
import TestTags
import Testing
import ZipArchive

@testable import Daemon

@Suite("The content of a stored pack", .tags(.packs))
struct PackContentTests {
    func file(_ name: String, of pack: Proto.Pack, _ fixture: ServiceFixture) throws -> String {
        let names = try fixture.exportedFiles().filter { $0.contains(pack.id) }
        let path = fixture.directory.appending(path: "exports").appending(path: try #require(names.first))
        let zip = try ZipReader(bytes: [UInt8](Data(contentsOf: path)), limits: .standard)
        let entry = try #require(zip.entry(named: name))
        return try #require(String(validating: zip.contents(of: entry, atMost: 1 << 24), as: UTF8.self))
    }

    @Test("names each finding by the 64 digits of its fingerprint, in the order in which findings were first stored")
    func fingerprints() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        try await fixture.importFindings([.low], prefix: "first")
        try await fixture.importFindings([.high], prefix: "second")
        let pack = try await fixture.finished(fixture.generate().pack?.id ?? "")
        let rows = try file("findings.csv", of: pack, fixture).split(separator: "\r\n")
        #expect(rows.count == 3)
        for row in rows.dropFirst() {
            let digits = row.prefix { $0 != "," }
            #expect(digits.utf8.count == 64 && Hex.decode(digits) != nil)
        }
        #expect(rows[1].contains(",low,") && rows[2].contains(",high,"))
    }

    @Test("is one consistent snapshot while an import commits")
    func snapshot() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        try await fixture.importFindings(Array(repeating: .low, count: 3000), prefix: "a")
        async let importing: Proto.ImportFindingsResponse = fixture.importFindings(
            Array(repeating: .high, count: 3000), prefix: "b")
        let pack = try await fixture.finished(fixture.generate().pack?.id ?? "")
        _ = try await importing
        let rows = try file("findings.csv", of: pack, fixture).split(separator: "\r\n").dropFirst()
        let high = rows.filter { $0.contains(",high,") }.count
        #expect(high == 0 || high == 3000)
        #expect(pack.summary?.findings == Int64(rows.count))
        #expect(rows.count - high == 3000)
    }
}
