/// A table for people: columns as wide as their widest cell, two spaces between them, no spaces at the line's end.
struct TextTable: Equatable, Sendable {
    struct Column: Equatable, Sendable {
        var title: String
        var isRight = false

        static func left(_ title: String) -> Column { Column(title: title) }
        static func right(_ title: String) -> Column { Column(title: title, isRight: true) }
    }

    var columns: [Column]
    /// As many cells a row as there are columns.
    var rows: [[StyledText]] = []

    func rendered(colour: Bool) -> String {
        let header = columns.map { StyledText($0.title, .heading) }
        let lines = [header] + rows
        let widths = columns.indices.map { column in lines.map { DisplayWidth.of($0[column].text) }.max() ?? 0 }
        return lines.map { line($0, widths: widths, colour: colour) + "\n" }.joined()
    }

    private func line(_ cells: [StyledText], widths: [Int], colour: Bool) -> String {
        var out = ""
        for (index, cell) in cells.enumerated() {
            let padding = String(repeating: " ", count: widths[index] - DisplayWidth.of(cell.text))
            let text = cell.rendered(colour: colour)
            let isLast = index == cells.count - 1
            out += columns[index].isRight ? padding + text : isLast ? text : text + padding
            if !isLast { out += "  " }
        }
        return out.trimmingTrailingSpaces()
    }
}

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
            let title = StyledText(section.title, .heading).rendered(colour: colour)
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
