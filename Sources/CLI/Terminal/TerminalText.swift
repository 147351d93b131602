import Domain

extension String {
    /// The text with every character escaped that could move the cursor, colour, hide or reorder what a person sees.
    ///
    /// Everything that came from the service or a file passes here before it is printed as text: `\n`, `\t`, `\u{1b}`.
    var printable: String {
        guard unicodeScalars.contains(where: { $0.isControlOrFormat }) else { return self }
        var out = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": out += "\\n"
            case "\t": out += "\\t"
            case "\r": out += "\\r"
            case _ where scalar.isControlOrFormat: out += "\\u{\(String(scalar.value, radix: 16))}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    func trimmingTrailingSpaces() -> String {
        var scalars = unicodeScalars
        while scalars.last == " " { scalars.removeLast() }
        return String(scalars)
    }

    /// The beginning that fits into `width` columns.
    func cut(toWidth width: Int) -> String {
        var used = 0
        var out = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            used += DisplayWidth.of(scalar)
            if used > width { break }
            out.append(scalar)
        }
        return String(out)
    }
}

/// How many columns a terminal gives to text: UAX #11 for the wide ranges, nothing for marks that combine.
///
/// The C library's wcwidth(3) depends on the locale; a table's layout must not.
enum DisplayWidth {
    /// Ranges whose characters take two columns: East Asian Wide and Fullwidth, and pictographs.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
        0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
        0x17000...0x18CFF, 0x1B000...0x1B2FF, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF,
        0x1FA70...0x1FAFF, 0x20000...0x3FFFD,
    ]

    static func of(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + of($1) }
    }

    static func of(_ scalar: Unicode.Scalar) -> Int {
        if scalar.isASCII { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        if scalar.properties.isEmojiPresentation { return 2 }
        return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }
}
