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
        let header = columns.map { StyledText($0.title, parameter: 1) }
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

extension String {
    func trimmingTrailingSpaces() -> String {
        var scalars = unicodeScalars
        while scalars.last == " " { scalars.removeLast() }
        return String(scalars)
    }
}
