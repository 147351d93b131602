import Domain
import TestTags
import Testing

@testable import Evidence

@Suite("Several records of one fingerprint", .tags(.evidence))
struct DuplicateMergerTests {
    /// The sample as it is when it fails (or not) for a named resource.
    static func sample(_ code: String, _ name: String, _ detail: String = "") -> Sample {
        resource([("uid", .text("constant")), ("type", .text("rule")), ("name", .text(name))])
            .with("status_code", .text(code)).with(
                "status_detail", .text(detail.isEmpty ? "detail of \(name)" : detail))
    }

    func merge(_ samples: [Sample]) throws -> (Parsed, occurrences: Int64) {
        var kept = FindingRecord()
        var isFirst = true
        for sample in samples {
            try withRecord(sample) {
                if isFirst { kept.copy($0) } else { try DuplicateMerger.merge($0, into: &kept) }
            }
            isFirst = false
        }
        return (Parsed(kept), kept.occurrences)
    }

    @Test(
        "the worst result stays, wherever it stands, with its own texts",
        arguments: [
            (["PASS", "FAIL", "MANUAL"], .fail, "n1"), (["FAIL", "PASS"], .fail, "n0"),
            (["PASS", "MANUAL"], .manual, "n1"),
            (["MUTED", "ERROR", "WARNING"], .warning, "n2"), (["SKIPPED", "ERROR"], .error, "n1"),
            (["PASS", "PASS"], .pass, "n0"),
        ] as [([String], FindingResult, String)])
    func worst(codes: [String], result: FindingResult, name: String) throws {
        let (record, occurrences) = try merge(codes.enumerated().map { Self.sample($1, "n\($0)") })
        #expect(record.result == result)
        #expect(record.texts[.resourceName] == name)
        #expect(record.texts[.detail] == "detail of \(name)")
        #expect(occurrences == Int64(codes.count))
    }

    @Test("several fails keep their names and details, one a line, each once")
    func joined() throws {
        let (record, occurrences) = try merge([
            Self.sample("FAIL", "Rule 1"), Self.sample("FAIL", "Rule 2"), Self.sample("PASS", "Rule 3"),
            Self.sample("FAIL", "Rule 1", "another detail"), Self.sample("FAIL", "Rule"),
        ])
        #expect(record.texts[.resourceName] == "Rule 1\nRule 2\nRule")
        #expect(record.texts[.detail] == "detail of Rule 1\ndetail of Rule 2\nanother detail\ndetail of Rule")
        #expect(occurrences == 5)
    }

    @Test("joined texts stay within their limit, and the count goes on")
    func limit() throws {
        let names = (0..<200).map { "\($0)-" + String(repeating: "n", count: 1000) }
        let (record, occurrences) = try merge(names.map { Self.sample("FAIL", $0, "same") })
        let joined = try #require(record.texts[.resourceName])
        #expect(joined.utf8.count <= DuplicateMerger.joinedLimit)
        #expect(joined.utf8.count > DuplicateMerger.joinedLimit - 1100)
        #expect(joined.split(separator: "\n").allSatisfy { $0.utf8.count > 1000 })
        #expect(record.texts[.detail] == "same")
        #expect(occurrences == 200)
    }

    @Test("two native records with one uid contradict each other, and the error names both")
    func native() throws {
        var kept = FindingRecord()
        try withRecord(nativeSample) { kept.copy($0) }
        var error: IngestError?
        try withRecord(nativeSample) { next in
            do throws(IngestError) { try DuplicateMerger.merge(next, into: &kept) } catch let caught { error = caught }
        }
        #expect(error?.reason == .duplicateUID)
        #expect(error?.position?.ordinal == 1)
        #expect(error?.message == "uid \"f-1\" is also in record 1")
    }
}

@Suite("Staged records", .tags(.evidence))
struct StagedRecordTests {
    @Test("a record comes back from its staged form as it was", arguments: [nativeSample, ocsfSample])
    func roundTrip(sample: Sample) throws {
        var staged: [UInt8] = [1, 2, 3]
        var original: Parsed?
        try withRecord(sample.with("status_id", .raw("2"))) {
            original = Parsed($0)
            $0.appendStaged(to: &staged)
        }
        var loaded = FindingRecord()
        #expect(staged[3...].withUnsafeBytes { loaded.loadStaged($0) })
        let reloaded = Parsed(loaded)
        // The ids of further resources join the first one's on the way to the disk.
        if original?.texts[.resourceID] == "policies" { original?.texts[.resourceID] = "policies\nsecond" }
        #expect(reloaded == original)
    }

    @Test("bytes that are no staged record are refused and leave an empty one")
    func damaged() throws {
        var staged: [UInt8] = []
        try withRecord(nativeSample) { $0.appendStaged(to: &staged) }
        var loaded = FindingRecord()
        for length in [0, 1, 51, 100, staged.count - 1] {
            #expect(!staged[..<length].withUnsafeBytes { loaded.loadStaged($0) })
        }
        for (index, value) in [(0, 9), (1, 77), (2, 200), (3, 9), (52, 255)] as [(Int, UInt8)] {
            var damaged = staged
            damaged[index] = value
            #expect(!damaged.withUnsafeBytes { loaded.loadStaged($0) })
            let isEmpty = loaded.isEmpty(.uid)
            #expect(isEmpty)
        }
        #expect(!(staged + [0]).withUnsafeBytes { loaded.loadStaged($0) })
    }

    @Test("texts grow in place and move with the arena")
    func growing() {
        var record = FindingRecord()
        record.set(.title, "title")
        for number in 0..<2000 { Array("line \(number)".utf8).withUnsafeBytes { record.append(.detail, $0) } }
        record.append(.description, record.text(.detail))
        record.append(.description, record.text(.detail))
        let texts = Parsed(record).texts
        let lines = (0..<2000).map { "line \($0)" }.joined(separator: "\n")
        #expect(texts[.title] == "title")
        #expect(texts[.detail] == lines)
        #expect(texts[.description] == lines + "\n" + lines)
    }
}
