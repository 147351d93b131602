import Logging

/// What a value is measured in, as documentation and messages name it.
enum SettingUnit: String, Sendable {
    case days, hours, minutes, seconds
    case mebibytes = "MiB"
    case kibibytes = "KiB"
    case count = ""

    /// The unit after a number, with the space before it.
    var suffix: String { rawValue.isEmpty ? "" : " \(rawValue)" }
}

typealias SettingPath<Value> = any WritableKeyPath<Settings, Value> & Sendable

/// The type of a setting: where its value lives, which texts are legal, and how it is printed.
enum SettingKind: Sendable {
    case integer(SettingPath<Int>, ClosedRange<Int>, SettingUnit)
    case boolean(SettingPath<Bool>)
    case level(SettingPath<Logger.Level>)
    /// Permission bits in octal.
    case mode(SettingPath<UInt32>)
    /// A file's path; empty for the default place.
    case path(SettingPath<String>)
    /// A Unix group by name or number; empty for none.
    case group(SettingPath<SystemGroup?>)
}

extension SettingKind {
    /// The legal values, as messages and documents say it.
    var legal: String {
        switch self {
        case .integer(_, let range, let unit): "\(range.lowerBound) to \(range.upperBound)\(unit.suffix)"
        case .boolean: choices.joined(separator: " or ")
        case .level: choices.joined(separator: ", ")
        case .mode: "an octal mode from 0600 to 0777"
        case .path: "a path, or nothing"
        case .group: "a group's name or number, or nothing"
        }
    }

    /// The legal values one by one, where they are few words; else none.
    var choices: [String] {
        switch self {
        case .boolean: ["true", "false"]
        case .level: Logger.Level.allCases.map(\.rawValue)
        case .integer, .mode, .path, .group: []
        }
    }

    /// Reads `text` into `settings`; returns what is wrong with it, nil when nothing is.
    func set(_ text: String, in settings: inout Settings, groups: GroupLookup) -> String? {
        switch self {
        case .integer(let path, let range, _):
            guard Self.isWholeNumber(text) else { return illegal(text, "is not a whole number") }
            // Nil is too large for any range.
            guard let value = Int(text), range.contains(value) else {
                return "\(text) is out of range; legal: \(legal)"
            }
            settings[keyPath: path] = value
        case .boolean(let path):
            guard text == "true" || text == "false" else { return illegal(text, "is neither true nor false") }
            settings[keyPath: path] = text == "true"
        case .level(let path):
            guard let level = Logger.Level(rawValue: text) else { return illegal(text, "is no log level") }
            settings[keyPath: path] = level
        case .mode(let path):
            guard (3...4).contains(text.utf8.count), let mode = UInt32(text, radix: 8), !text.hasPrefix("+"),
                (0o600...0o777).contains(mode)
            else { return illegal(text, "is no file mode") }
            settings[keyPath: path] = mode
        case .path(let path):
            guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
                return "\(Quoted(text)) holds control characters, which no path here may have"
            }
            settings[keyPath: path] = text
        case .group(let path):
            guard !text.isEmpty else {
                settings[keyPath: path] = nil
                return nil
            }
            guard !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }), let gid = groups(text) else {
                return "there is no group \(Quoted(text)); `getent group` lists those that there are"
            }
            settings[keyPath: path] = SystemGroup(name: text, gid: gid)
        }
        return nil
    }

    /// The value as a YAML scalar that reads back to itself.
    func print(_ settings: Settings) -> String {
        switch self {
        case .integer(let path, _, _): String(settings[keyPath: path])
        case .boolean(let path): String(settings[keyPath: path])
        case .level(let path): settings[keyPath: path].rawValue
        case .mode(let path): "0" + String(settings[keyPath: path], radix: 8)
        case .path(let path): "\(Quoted(settings[keyPath: path], limit: .max))"
        case .group(let path): "\(Quoted(settings[keyPath: path]?.name ?? "", limit: .max))"
        }
    }

    /// Copies this setting's value.
    func copy(from source: Settings, to target: inout Settings) {
        switch self {
        case .integer(let path, _, _): target[keyPath: path] = source[keyPath: path]
        case .boolean(let path): target[keyPath: path] = source[keyPath: path]
        case .level(let path): target[keyPath: path] = source[keyPath: path]
        case .mode(let path): target[keyPath: path] = source[keyPath: path]
        case .path(let path): target[keyPath: path] = source[keyPath: path]
        case .group(let path): target[keyPath: path] = source[keyPath: path]
        }
    }

    /// Whether `text` is a whole number in decimal without sign, separators or leading zeros.
    private static func isWholeNumber(_ text: String) -> Bool {
        let digits = text.utf8
        return !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
            && (digits.count == 1 || digits.first != 0x30)
    }

    private func illegal(_ text: String, _ what: String) -> String {
        "\(Quoted(text)) \(what); legal: \(legal)"
    }
}
