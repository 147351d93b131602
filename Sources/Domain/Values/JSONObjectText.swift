/// Renders a flat JSON object (RFC 8259) of texts with its keys in the order of their bytes: the same values give the
/// same text.
public enum JSONObjectText {
    public static func render(_ members: [String: String]) -> String {
        var out = "{"
        for (key, value) in members.sorted(by: { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }) {
            if out.utf8.count > 1 { out += "," }
            out += quote(key) + ":" + quote(value)
        }
        return out + "}"
    }

    public static func quote(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
