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
}
