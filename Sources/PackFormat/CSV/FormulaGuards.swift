/// Takes the apostrophes away that keep spreadsheets from computing cells: the inverse of the rule that `metadata.json`
/// states.
///
/// Written from the rule, not from the writer. A piece begins at the cell's beginning and behind each `;`, TAB, CR and
/// LF. Of the quotes and apostrophes that it begins with the last one goes, when it is an apostrophe and a guarded
/// character follows.
package enum FormulaGuards {
    package static func withoutGuards<Result>(
        _ cell: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        // Without an apostrophe there is no guard.
        guard cell.contains(UInt8(ascii: "'")) else { return try body(cell) }
        return try removed(from: Array(cell)).withUnsafeBytes(body)
    }

    package static func removed(from cell: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(cell.count)
        var rest = cell[...]
        while !rest.isEmpty {
            let marks = rest.prefix { $0 == UInt8(ascii: "'") || $0 == UInt8(ascii: "\"") }
            let core = rest[marks.endIndex...]
            let isGuard = marks.last == UInt8(ascii: "'") && isGuarded(core, isFirst: rest.startIndex == 0)
            text.append(contentsOf: isGuard ? marks.dropLast() : marks)
            let end = core.firstIndex(where: endsPiece).map { $0 + 1 } ?? core.endIndex
            text.append(contentsOf: core[..<end])
            rest = core[end...]
        }
        return text
    }

    private static func endsPiece(_ byte: UInt8) -> Bool { [0x3B, 0x09, 0x0A, 0x0D].contains(byte) }

    private static func isGuarded(_ core: ArraySlice<UInt8>, isFirst: Bool) -> Bool {
        switch String(decoding: core.prefix(3), as: UTF8.self).unicodeScalars.first {
        case "=", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}": true
        case "\t", "\n", "\r": isFirst
        case "+", "-": !isPlainNumber(isFirst ? core : core.prefix { !endsPiece($0) })
        default: false
        }
    }

    /// A sign, digits, perhaps a point and digits, perhaps an exponent of a sign and digits.
    private static func isPlainNumber(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        func sign() { if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() } }
        func digits() -> Bool {
            let found = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            rest = rest[found.endIndex...]
            return !found.isEmpty
        }
        sign()
        guard digits() else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            guard digits() else { return false }
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            sign()
            guard digits() else { return false }
        }
        return rest.isEmpty
    }
}
