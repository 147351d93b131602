/// A text between double quotes, on one line and of bounded length: for messages, and as a YAML double-quoted scalar.
///
/// The escapes are those that YAML 1.1 (section 5.7) and log readers agree on: `\\`, `\"`, `\n`, `\r`, `\t` and `\u`
/// with four hexadecimal digits for every other control character, so that no value can forge a second line.
struct Quoted: CustomStringConvertible {
    let text: String
    /// Most characters shown; the rest becomes an ellipsis.
    let limit: Int

    init(_ text: String, limit: Int = 80) {
        self.text = text
        self.limit = limit
    }

    var description: String {
        var out = "\""
        var count = 0
        for scalar in text.unicodeScalars {
            if count == limit {
                out += "…"
                break
            }
            count += 1
            ControlCharacters.append(scalar, to: &out)
        }
        return out + "\""
    }
}

/// The escaping of control characters, shared by settings and log lines.
enum ControlCharacters {
    /// Text on one line: control characters escaped, the length bounded; quotes stay as they are.
    static func oneLine(_ text: String, limit: Int = 1024) -> String {
        var out = ""
        var count = 0
        for scalar in text.unicodeScalars {
            if count == limit {
                out += "…"
                break
            }
            count += 1
            if scalar == "\"" { out += "\"" } else { append(scalar, to: &out) }
        }
        return out
    }

    /// Appends `scalar`, escaped where it is a quote, a backslash, a control character or one that moves text about.
    static func append(_ scalar: Unicode.Scalar, to out: inout String) {
        switch scalar {
        case "\\": out += "\\\\"
        case "\"": out += "\\\""
        case "\n": out += "\\n"
        case "\r": out += "\\r"
        case "\t": out += "\\t"
        default:
            if isHarmless(scalar) {
                out.unicodeScalars.append(scalar)
            } else {
                let digits = String(scalar.value, radix: 16)
                out += scalar.value > 0xFFFF ? "\\U" : "\\u"
                out += String(repeating: "0", count: (scalar.value > 0xFFFF ? 8 : 4) - digits.count) + digits
            }
        }
    }

    /// Neither a control (C0, DEL, C1), a line separator, nor a bidirectional or invisible format character.
    static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
        default: true
        }
    }
}
