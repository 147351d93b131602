/// Which CSV cells a spreadsheet would take for a formula, and where in them an apostrophe keeps it from that.
///
/// A cell has pieces: readers that take `;` or TAB for the separator, or that do not see the quotes around a line
/// break, begin anew behind each `;`, TAB, CR and LF. Of a piece, what stands behind the quotes (`"`) and apostrophes
/// at its beginning is its core, as such readers may take those quotes away. A core is guarded when it begins with a
/// formula character: `=`, `+`, `-`, `@`, or their full-width forms U+FF1D, U+FF0B, U+FF0D, U+FF20; at the cell's
/// beginning also TAB, CR and LF, which are cut off by some. A plain number is not guarded: at the cell's beginning one
/// that is the whole core of the cell, elsewhere of the piece. Plain is: an optional sign, at least one ASCII digit,
/// then optionally a point and at least one digit, then optionally `e` or `E`, an optional sign and at least one digit;
/// and nothing else.
///
/// Each guarded core gets one apostrophe directly in front. Apostrophes that were there stay, so taking one away in
/// front of every guarded core gives the very text back: the guard does not change which cores there are.
enum FormulaRule {
    /// Hands the position of each guarded core to `body`, ascending: where an apostrophe is to be written.
    static func forEachGuard(in cell: UnsafeRawBufferPointer, _ body: (Int) throws -> Void) rethrows {
        var start = 0
        while start < cell.count {
            let core = coreStart(cell, from: start)
            if isFormula(cell, at: core, isFirst: start == 0) { try body(core) }
            start = nextPiece(cell, from: core)
        }
    }

    /// Whether the cell's beginning is guarded; all there is to know of a cell without `;`, TAB, CR and LF.
    static func needsApostrophe(_ cell: UnsafeRawBufferPointer) -> Bool {
        switch cell.first {
        case nil: false
        // Most cells begin with a letter or a digit.
        case .some(let byte) where byte >= UInt8(ascii: "A") && byte < 0x80 || (0x30...0x39).contains(byte): false
        default: isFormula(cell, at: coreStart(cell, from: 0), isFirst: true)
        }
    }

    /// Where the core of the piece that begins at `start` begins.
    static func coreStart(_ cell: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while index < cell.count, cell[index] == UInt8(ascii: "\"") || cell[index] == UInt8(ascii: "'") { index += 1 }
        return index
    }

    private static func nextPiece(_ cell: UnsafeRawBufferPointer, from index: Int) -> Int {
        var index = index
        while index < cell.count, !isSeparator(cell[index]) { index += 1 }
        return index + 1
    }

    static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ";") || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private static func isFormula(_ cell: UnsafeRawBufferPointer, at core: Int, isFirst: Bool) -> Bool {
        guard core < cell.count else { return false }
        switch cell[core] {
        case UInt8(ascii: "="), UInt8(ascii: "@"): return true
        case 0x09, 0x0A, 0x0D: return isFirst
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            let end = numberEnd(UnsafeRawBufferPointer(rebasing: cell[core...])).map { core + $0 }
            guard let end else { return true }
            return !(end == cell.count || (!isFirst && isSeparator(cell[end])))
        case 0xEF:
            guard cell.count >= core + 3, cell[core + 1] == 0xBC else { return false }
            return [0x9D, 0x8B, 0x8D, 0xA0].contains(cell[core + 2])
        default: return false
        }
    }

    /// Where the plain number at the beginning of `text` ends; nil when there is none.
    private static func numberEnd(_ text: UnsafeRawBufferPointer) -> Int? {
        var index = 0
        func skip(_ characters: StaticString) {
            guard index < text.count else { return }
            let byte = text[index]
            if characters.withUTF8Buffer({ $0.contains(byte) }) { index += 1 }
        }
        func skipDigits() -> Bool {
            let start = index
            while index < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index]) { index += 1 }
            return index > start
        }
        skip("+-")
        guard skipDigits() else { return nil }
        if index < text.count, text[index] == UInt8(ascii: ".") {
            index += 1
            guard skipDigits() else { return nil }
        }
        if index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            skip("+-")
            guard skipDigits() else { return nil }
        }
        return index
    }
}
