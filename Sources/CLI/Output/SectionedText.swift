/// Titled sections of named values: what `show` prints of one thing.
struct SectionedText: Equatable, Sendable {
    struct Line: Equatable, Sendable {
        /// Empty for a line that stands alone.
        var name: String
        var value: StyledText
    }

    struct Section: Equatable, Sendable {
        var title: String
        var lines: [Line] = []

        mutating func add(_ name: String, _ value: String) { add(name, StyledText(value)) }
        mutating func add(_ name: String, _ value: StyledText) { lines.append(Line(name: name, value: value)) }
        mutating func add(_ name: String, ifPresent value: String?) { if let value { add(name, value) } }
    }

    var sections: [Section]

    /// Values of all sections begin in one column; a section without lines is left out.
    func rendered(colour: Bool) -> String {
        let shown = sections.filter { !$0.lines.isEmpty }
        let width = shown.flatMap(\.lines).map { DisplayWidth.of($0.name) }.max() ?? 0
        return shown.map { section in
            let title = StyledText.heading(section.title).rendered(colour: colour)
            let lines = section.lines.map { line in
                let value = line.value.rendered(colour: colour)
                guard !line.name.isEmpty else { return "  \(value)\n" }
                let padding = String(repeating: " ", count: width - DisplayWidth.of(line.name))
                return "  \(line.name)\(padding)  \(value)".trimmingTrailingSpaces() + "\n"
            }
            return "\(title)\n\(lines.joined())"
        }.joined(separator: "\n")
    }
}
