import Domain
import Foundation
import TestTags
import Testing

@testable import ReviewPackAPI

/// Our bytes against Google's own implementation: Debian's protoc and python3-protobuf, where they are installed.
@Suite(
    "against Python's protobuf", .tags(.wire),
    .enabled(if: Python.isAvailable, "needs protobuf-compiler and python3-protobuf"))
struct CrossCheckTests {
    @Test("Python reads every field as we wrote it, and we read what Python writes back")
    func fullMessage() throws {
        let message = WireTest.Everything.full
        let answer = try Python.parse(message.serialized())
        #expect(try WireTest.Everything(serialized: answer.bytes) == message)
        #expect(answer.unknownFields == 0)

        let fields = answer.json
        #expect(fields["a_double"] as? Double == -0.5)
        #expect(fields["an_int32"] as? Int == Int(Int32.min))
        #expect(fields["a_sint64"] as? String == "\(Int64.min)")
        #expect(fields["a_fixed64"] as? String == "\(UInt64.max)")
        #expect(fields["a_string"] as? String == "Zürich 🗝")
        #expect(fields["a_bytes"] as? String == "AAEA/w==")
        #expect(fields["a_colour"] as? String == "COLOUR_LIGHT_BLUE")
        #expect(fields["a_time"] as? String == "2026-03-01T04:05:06.070Z")
        #expect(fields["strings"] as? [String] == ["", "a", ""])
        #expect(fields["labels"] as? [String: String] == message.labels)
        #expect(fields["maybe_int32"] as? Int == -5)
        #expect((fields["chosen_leaf"] as? [String: Any])?["name"] as? String == "chosen")
        #expect((fields["inner"] as? [String: Any])?["tenant_id"] as? String == "t")
    }

    @Test("Python sees which optional fields and oneof members are there, when they hold their defaults")
    func presence() throws {
        var message = WireTest.Everything()
        message.maybeBool = false
        message.maybeString = ""
        message.choice = .chosenString("")
        let answer = try Python.parse(message.serialized())
        #expect(Set(answer.json.keys) == ["maybe_bool", "maybe_string", "chosen_string"])
        #expect(try WireTest.Everything(serialized: answer.bytes) == message)
    }
}

/// Parses a message with Python's protobuf: the generated modules are made anew from wiretest.proto for each call.
private enum Python {
    struct Answer {
        /// The message as Python serialises it again.
        var bytes: [UInt8]
        /// proto3 JSON with the names of the .proto file.
        var json: [String: Any]
        var unknownFields: Int
    }

    static let isAvailable: Bool =
        (try? run("/usr/bin/python3", ["-c", "import google.protobuf"])) != nil
        && FileManager.default.isExecutableFile(atPath: "/usr/bin/protoc")

    private static let script = """
        import json, sys
        sys.dont_write_bytecode = True
        sys.path.insert(0, sys.argv[1])
        from google.protobuf import json_format
        import wiretest_pb2
        message = wiretest_pb2.Everything.FromString(bytes.fromhex(sys.argv[2]))
        print(json.dumps({
            "bytes": message.SerializeToString().hex(),
            "json": json_format.MessageToDict(message, preserving_proto_field_name=True),
            "unknown": len(message.UnknownFields()),
        }))
        """

    static func parse(_ bytes: [UInt8]) throws -> Answer {
        let folder = FileManager.default.temporaryDirectory.appending(path: "wiretest-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let schema = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../CWireTestMessages")
        _ = try run(
            "/usr/bin/protoc",
            ["-I\(schema.path)", "-I/usr/include", "--python_out=\(folder.path)", "\(schema.path)/wiretest.proto"])
        let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let output = try run("/usr/bin/python3", ["-c", script, folder.path, hex])
        let answer = try #require(JSONSerialization.jsonObject(with: output) as? [String: Any])
        let answered = try #require(answer["bytes"] as? String).utf8
        let digits = answered.map { $0 > 0x39 ? $0 - 87 : $0 - 48 }
        return Answer(
            bytes: stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] },
            json: try #require(answer["json"] as? [String: Any]),
            unknownFields: try #require(answer["unknown"] as? Int))
    }

    private struct Failed: Error {
        let program: String
        let status: Int32
    }

    @discardableResult
    private static func run(_ program: String, _ arguments: [String]) throws -> Data {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(program: program, status: process.terminationStatus) }
        return data
    }
}
