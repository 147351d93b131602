/// Which CSV cells a spreadsheet would take for a formula, and so get a leading apostrophe.
///
/// The first character decides: `=`, `+`, `-`, `@`, TAB, CR, LF, and the full-width forms U+FF1D, U+FF0B, U+FF0D and U+FF20. A plain
/// number stays as it is, so that columns of numbers remain numbers: an optional sign, at least one ASCII digit, then optionally a
/// point and at least one digit, then optionally `e` or `E`, an optional sign and at least one digit; and nothing else.
enum FormulaRule {
    static func needsApostrophe(_ cell: UnsafeRawBufferPointer) -> Bool {
        guard let first = cell.first else { return false }
        switch first {
        case UInt8(ascii: "="), UInt8(ascii: "@"), 0x09, 0x0A, 0x0D: return true
        case UInt8(ascii: "+"), UInt8(ascii: "-"): return !isPlainNumber(cell)
        case 0xEF:
            guard cell.count >= 3, cell[1] == 0xBC else { return false }
            return cell[2] == 0x9D || cell[2] == 0x8B || cell[2] == 0x8D || cell[2] == 0xA0
        default: return false
        }
    }

    static func isPlainNumber(_ cell: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        func skip(_ characters: StaticString) {
            guard index < cell.count else { return }
            let byte = cell[index]
            if characters.withUTF8Buffer({ $0.contains(byte) }) { index += 1 }
        }
        func skipDigits() -> Bool {
            let start = index
            while index < cell.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(cell[index]) { index += 1 }
            return index > start
        }
        skip("+-")
        guard skipDigits() else { return false }
        if index < cell.count, cell[index] == UInt8(ascii: ".") {
            index += 1
            guard skipDigits() else { return false }
        }
        if index < cell.count, cell[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            skip("+-")
            guard skipDigits() else { return false }
        }
        return index == cell.count
    }
}
