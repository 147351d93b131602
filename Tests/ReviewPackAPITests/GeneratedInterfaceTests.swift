import Domain
import TTRPC
import TestTags
import Testing

@testable import ReviewPackAPI

@Suite("what the generated code offers", .tags(.wire))
struct GeneratedInterfaceTests {
    @Test("an enumeration and its words are each other's inverse", arguments: Proto.PackStatus.allKnown)
    func words(status: Proto.PackStatus) throws {
        let word = try #require(status.word)
        #expect(Proto.PackStatus(word: word) == status)
    }

    @Test("words are the names in lower case without the enumeration's prefix")
    func wordForm() {
        #expect(
            Proto.PackStatus.allKnown.map(\.word) == [
                "unspecified", "queued", "generating", "ready", "failed", "expired",
            ])
        #expect(WireTest.Colour.lightBlue.word == "light_blue")
        #expect(GRPCHealth.HealthCheckResponse.ServingStatus.notServing.word == "not_serving")
        #expect(Proto.PackStatus(word: "READY") == nil)
        #expect(Proto.PackStatus(word: "") == nil)
    }

    @Test("a visitor sees every field once, in order, under its proto name and with its value")
    func visiting() throws {
        var recorder = Recorder()
        var message = WireTest.Everything.full
        message.maybeBool = nil
        message.visitFields(&recorder)
        #expect(recorder.names.prefix(3) == ["a_double", "an_int32", "a_sint32"])
        #expect(Set(recorder.names).count == recorder.names.count)
        #expect(recorder.seen["an_int32"] == "signed(-2147483648)")
        #expect(recorder.seen["a_uint64"] == "unsigned(18446744073709551615)")
        #expect(recorder.seen["a_colour"] == #"enumeration(word: Optional("light_blue"), number: 2)"#)
        #expect(recorder.seen["colours"]?.hasSuffix("enumeration(word: nil, number: -1)])") == true)
        #expect(recorder.seen["a_bytes"] == "bytes([0, 1, 0, 255])")
        #expect(recorder.seen["a_time"]?.contains("2026-03-01T04:05:06.070Z") == true)
        #expect(recorder.seen["maybe_bool"] == "absent")
        #expect(recorder.seen["maybe_int32"] == "signed(-5)")
        #expect(recorder.seen["chosen_int32"] == "absent")
        #expect(recorder.seen["chosen_leaf"]?.hasPrefix("message(") == true)
        #expect(
            recorder.seen["labels"]
                == #"map([(key: "", value: "no key"), (key: "a", value: ""), (key: "z", value: "last")])"#)
    }

    @Test("every method is listed once, with the kind and the messages of its service")
    func methods() {
        let paths = Methods.all.map(\.path)
        #expect(Set(paths).count == paths.count)
        #expect(Methods.all.contains(Methods.healthCheck.erased))
        #expect(Methods.reviewPackServiceGenerate.kind == .unary)
        #expect(Methods.reviewPackServiceDownload.kind == .serverStreaming)
        #expect(Methods.ingestServiceImportFindings.kind == .clientStreaming)
        #expect(Methods.reviewPackServiceGenerate.erased.path == "reviewpack.v1.ReviewPackService/Generate")
        #expect(Methods.reviewPackServiceGenerate.erased.request == "reviewpack.v1.GenerateRequest")
    }

    @Test("every error has a reason of its own and a sentence that names the field or the limit")
    func errors() {
        let errors: [WireError] = [
            .malformed(message: "m.M"), .invalidUTF8(field: "m.M.f"), .embeddedNUL(field: "m.M.f"),
            .timestampOutOfRange(field: "m.M.f"), .messageTooLarge(bytes: 9, limit: 8),
            .memoryLimitExceeded(message: "m.M", limit: 8),
        ]
        #expect(Set(errors.map(\.reason)).count == errors.count)
        for error in errors {
            #expect(error.description.contains("m.M") || error.description.contains("limit is 8"))
            #expect(error.field == nil || error.description.hasPrefix(error.field ?? ""))
        }
    }
}

private struct Recorder: FieldVisitor {
    var names: [String] = []
    var seen: [String: String] = [:]

    mutating func visit(_ name: String, _ value: FieldValue) {
        names.append(name)
        seen[name] = "\(value)"
    }
}
