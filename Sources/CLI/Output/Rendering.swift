import ArgumentParser
import JSONTokens

/// The four forms of a result on standard output.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
    case table, json, jsonl, id
}

/// One result in all of its forms.
struct Rendering: Sendable {
    /// For people.
    var text: @Sendable (_ colour: Bool) -> String
    /// For `json`: the value.
    var value: OutputValue
    /// For `id`: the word by which other commands take it, one for each thing.
    var ids: [String]
}

extension Rendering {
    /// Any list: a table, an array, one object a line.
    static func list(_ values: [OutputValue], ids: [String], table: TextTable) -> Rendering {
        Rendering(text: { table.rendered(colour: $0) }, value: .array(values), ids: ids)
    }

    /// Any one thing: sections, an object.
    static func one(_ value: OutputValue, id: String, text: SectionedText) -> Rendering {
        Rendering(text: { text.rendered(colour: $0) }, value: value, ids: [id])
    }

    /// One thing that a person sees as a line.
    static func one(_ value: OutputValue, id: String, line: String) -> Rendering {
        Rendering(text: { _ in line + "\n" }, value: value, ids: [id])
    }

    /// The bytes for standard output.
    func encoded(as format: OutputFormat, colour: Bool) -> [UInt8] {
        switch format {
        case .table: Array(text(colour).utf8)
        case .json: JSONText.encode(value, style: .indented)
        case .jsonl:
            if case .array(let elements) = value {
                elements.flatMap { JSONText.encode($0, style: .compact) }
            } else {
                JSONText.encode(value, style: .compact)
            }
        case .id: Array(ids.map { $0.printable + "\n" }.joined().utf8)
        }
    }
}
