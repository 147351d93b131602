import Foundation
import ReviewPackAPI

/// Builds encoded messages, from the `.proto` files, in which every string is one that nobody wants on their terminal.
///
/// From the files and not by hand, so that a field that somebody adds is there as well.
struct PoisonedMessages: Sendable {
    /// Clears the screen, names the window, goes back in the line, forges a line, colours by a C1 control; then every
    /// mark that changes the direction of text, a line separator, a soft hyphen, and an invisible tag character.
    static let poison =
        "\u{1B}[2J\u{1B}]0;owned\u{7}\rx\nerror: forged\u{9B}31m\u{7F}\t"
        + "\u{202A}\u{202B}\u{202C}\u{202D}\u{202E}\u{2066}\u{2067}\u{2068}\u{2069}\u{200E}\u{200F}\u{61C}"
        + "\u{2028}\u{AD}\u{E0041}../../etc/passwd"

    private struct Field {
        var isRepeated: Bool
        var type: String
        var name: String
        var number: Int
    }

    private let messages: [String: [Field]]
    private let enumerations: Set<String>
    /// The number that every enumeration's field holds.
    var enumeration = 1
    /// How many elements a repeated field has.
    var elements = 1

    /// Reads `Protos/reviewpack/v1`.
    init() throws {
        let folder = URL(filePath: #filePath).appending(path: "../../../../Protos/reviewpack/v1").standardized
        var messages: [String: [Field]] = [:]
        var enumerations: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        where file.pathExtension == "proto" {
            let text = try String(contentsOf: file, encoding: .utf8).replacing(#/ *\/\/[^\n]*/#, with: "")
            for match in text.matches(of: #/(?s)\nmessage (\w+) \{(.*?)\n?\}\n(?=\n|$)/#) {
                messages[String(match.1)] = match.2.matches(
                    of: #/(repeated )?(map<string, string>|[\w.]+) (\w+) = (\d+);/#
                ).map {
                    Field(
                        isRepeated: $0.1 != nil, type: String($0.2), name: String($0.3), number: Int($0.4) ?? 0)
                }
            }
            enumerations.formUnion(text.matches(of: #/\nenum (\w+) \{/#).map { String($0.1) })
        }
        self.messages = messages
        self.enumerations = enumerations
    }

    /// What a method answers: one message, or of those that come in parts one of each.
    func responses(of method: AnyMethodSpec) -> [[UInt8]] {
        guard ["Download", "Backup"].contains(method.name) else { return [encoding(of: method.response)] }
        return fields(of: method.response).map { encoding(of: $0) }
    }

    private func fields(of fullName: String) -> [Field] {
        messages[fullName.split(separator: ".").last.map(String.init) ?? ""] ?? []
    }

    /// An encoding of the message of this full name.
    func encoding(of fullName: String) -> [UInt8] {
        fields(of: fullName).flatMap { field in
            // There is no next page.
            field.name == "next_page_token"
                ? [] : (0..<(field.isRepeated ? elements : 1)).flatMap { _ in encoding(of: field) }
        }
    }

    private func encoding(of field: Field) -> [UInt8] {
        switch field.type {
        case "string": delimited(field, Array(Self.poison.utf8))
        case "bytes": delimited(field, [UInt8](repeating: 0xAB, count: 32))
        case "map<string, string>":
            delimited(
                field, delimited(Self.entry(1), Array(Self.poison.utf8)) + delimited(Self.entry(2), Array("x".utf8)))
        case "google.protobuf.Timestamp": delimited(field, [0x08] + varint(1_772_000_000))
        case "bool", "int32", "int64", "uint32", "uint64": varint(field.number << 3) + [1]
        case "double": varint(field.number << 3 | 1) + [UInt8](repeating: 0, count: 8)
        case let type where enumerations.contains(type): varint(field.number << 3) + varint(enumeration)
        case let type: delimited(field, encoding(of: type))
        }
    }

    private static func entry(_ number: Int) -> Field {
        Field(isRepeated: false, type: "string", name: "", number: number)
    }

    private func delimited(_ field: Field, _ content: [UInt8]) -> [UInt8] {
        varint(field.number << 3 | 2) + varint(content.count) + content
    }

    private func varint(_ value: Int) -> [UInt8] {
        var (out, rest) = ([UInt8](), value)
        while rest > 127 {
            out.append(UInt8(rest & 127 | 128))
            rest >>= 7
        }
        return out + [UInt8(rest)]
    }
}
