import Domain
import TestTags
import Testing

@testable import Evidence

@Suite("Bad input", .tags(.evidence, .hostileInput))
struct BadInputTests {
    @Test("a file cut off anywhere names where it ends, and hands out no half record")
    func cutOff() throws {
        let text = "[\(ocsfSample.json),\n\(ocsfSample.json)]"
        let bytes = Array(text.utf8)
        for length in stride(from: 1, to: bytes.count, by: 37) {
            var parser = FindingsParser(options: .init())
            var records = 0
            var failure: IngestError?
            do {
                try bytes[..<length].withUnsafeBytes { try parser.push($0) { _ in records += 1 } }
                try parser.finish { _ in records += 1 }
            } catch { failure = error as? IngestError }
            #expect(failure?.reason == .truncated)
            #expect(failure?.position?.byteOffset == length)
            #expect(failure?.productError.reason == .truncatedInput)
            #expect(records <= 1)
        }
    }

    @Test(
        "broken JSON ends the import even when bad records may be skipped",
        arguments: ["{\"uid\": }", "{\"uid\": \"a\u{1}\"}", "{\"uid\": \"\\u00\"}", "<html>", "{} x"])
    func broken(text: String) {
        let error = parseFailure(nativeSample.json + "\n" + text, options: .init(skipsBadRecords: true))
        #expect(error?.reason == .syntax)
        #expect(error?.position?.line == 2)
        #expect(error?.productError.reason == .invalidJSON)
    }

    @Test("nothing may follow the array")
    func trailing() {
        #expect(parseFailure("[\(ocsfSample.json)]\n{}")?.reason == .syntax)
        #expect(parseFailure("[]\n[]")?.reason == .syntax)
    }

    @Test("bytes that are not UTF-8 are refused with their offset")
    func invalidUTF8() {
        let prefix = Array("{\"uid\": \"caf".utf8)
        do {
            _ = try parse(prefix + [0xE9] + Array("\"}".utf8))
            Issue.record("accepted")
        } catch {
            let error = error as? IngestError
            #expect(error?.reason == .syntax)
            #expect(error?.position?.byteOffset == prefix.count)
        }
    }

    @Test("a huge string ends the import while it streams, without being kept")
    func hugeString() throws {
        var options = FindingsParser.Options()
        options.maximumRecordBytes = 100_000
        var parser = FindingsParser(options: options)
        var fed = 0
        var failure: IngestError?
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 10_000)
        try Array("{\"uid\": \"".utf8).withUnsafeBytes { try parser.push($0) { _ in } }
        while failure == nil, fed < 100_000_000 {
            do { try piece.withUnsafeBytes { try parser.push($0) { _ in } } } catch { failure = error as? IngestError }
            fed += piece.count
        }
        #expect(failure?.reason == .fieldTooLong)
        #expect(failure?.position?.line == 1)
        #expect(fed <= 120_000)
    }

    @Test(
        "a record beyond its limit is refused, or passed over, whether its parts are used or not",
        arguments: [64, 4096])
    func hugeRecord(chunk: Int) throws {
        var options = FindingsParser.Options()
        options.maximumRecordBytes = 2000
        let filler = Sample.array((0..<200).map { .text("filler \($0)") })
        let text = nativeSample.with("extra", filler).json + "\n" + nativeSample.json
        #expect(throws: IngestError.self) { try parse(text, chunk: chunk, options: options) }
        options.skipsBadRecords = true
        let outcome = try parse(text, chunk: chunk, options: options)
        #expect(outcome.records.map(\.position.ordinal) == [2])
        #expect(outcome.rejections.map(\.reason) == [.recordTooLarge])
    }

    @Test("skipping passes over bad records of every kind and keeps the good ones", arguments: [1, 1000])
    func skipping(chunk: Int) throws {
        let bad: [Sample] = [
            .raw("7"), .raw("null"), .array([nativeSample]), nativeSample.with("uid", .object([("uid", .array([]))])),
            nativeSample.with("status", .text("gone")), nativeSample.with("last_seen_at", .raw("[1, {}]")),
            .object([]),
        ]
        for isArray in [true, false] {
            let all = [nativeSample] + bad.flatMap { [$0, nativeSample] }
            let text = isArray ? Sample.array(all).json : all.map(\.json).joined(separator: "\n")
            let outcome = try parse(text, chunk: chunk, options: .init(skipsBadRecords: true))
            #expect(outcome.records.count == bad.count + 1)
            #expect(outcome.rejected == bad.count)
            #expect(outcome.rejections.map(\.position?.ordinal) == (1...bad.count).map { 2 * $0 })
            #expect(
                outcome.rejections.map(\.reason) == [
                    .notAnObject, .notAnObject, .notAnObject, .wrongType, .badValue, .wrongType, .missingField,
                ])
            #expect(throws: IngestError.self) { try parse(text, chunk: chunk) }
        }
    }

    @Test("complaints about skipped records are counted without end and kept up to a limit")
    func manyRejections() throws {
        let text = nativeSample.json + String(repeating: "\n1", count: 500)
        let outcome = try parse(text, options: .init(skipsBadRecords: true))
        #expect(outcome.rejected == 500)
        #expect(outcome.rejections.count == FindingsParser.rejectionLimit)
    }

    @Test("an object that is no finding is called so", arguments: ["{}", "{\"a\": 1}", "{\"MetaData\": {}}"])
    func unknownFormat(text: String) {
        #expect(parseFailure(text, options: .init(skipsBadRecords: true))?.reason == .unknownFormat)
    }

    @Test("an input over its limit is refused")
    func tooLarge() {
        var options = FindingsParser.Options()
        options.maximumInputBytes = 1000
        let text = String(repeating: nativeSample.json + "\n", count: 5)
        let error = parseFailure(text, options: options)
        #expect(error?.reason == .tooLarge)
        #expect(error?.productError.reason == .importTooLarge)
    }

    @Test("what the consumer throws comes out")
    func consumerErrors() {
        struct Full: Error {}
        var parser = FindingsParser(options: .init())
        #expect(throws: Full.self) {
            try Array(nativeSample.json.utf8).withUnsafeBytes { try parser.push($0) { _ in throw Full() } }
        }
    }

    @Test("an error's text holds its place and value, and no control characters")
    func descriptions() {
        let error = parseFailure(nativeSample.with("severity", .text("lo\\u0007ud")).json)
        #expect(
            error?.description == "record 1, line 1, byte 0: severity: \"lo\u{FFFD}ud\" is none of unknown, "
                + "informational, low, medium, high, critical")
        #expect(error?.productError.metadata["problem"] == "BAD_VALUE")
        #expect(error?.productError.metadata["record"] == "1")
    }
}
