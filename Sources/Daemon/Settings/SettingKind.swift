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

/// What is wrong with a value, without the place where it stands.
struct SettingFault: Error, Equatable {
    var message: String

    init(_ message: String) { self.message = message }
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

    /// Reads `text` into `settings`, or says what is wrong with it.
    func set(_ text: String, in settings: inout Settings, groups: GroupLookup) throws(SettingFault) {
        switch self {
        case .integer(let path, let range, _):
            let value = try integer(text)
            guard let value, range.contains(value) else {
                throw SettingFault("\(text) is out of range; legal: \(legal)")
            }
            settings[keyPath: path] = value
        case .boolean(let path):
            guard text == "true" || text == "false" else { throw illegal(text, "is neither true nor false") }
            settings[keyPath: path] = text == "true"
        case .level(let path):
            guard let level = Logger.Level(rawValue: text) else { throw illegal(text, "is no log level") }
            settings[keyPath: path] = level
        case .mode(let path):
            guard (3...4).contains(text.utf8.count), let mode = UInt32(text, radix: 8), !text.hasPrefix("+"),
                (0o600...0o777).contains(mode)
            else { throw illegal(text, "is no file mode") }
            settings[keyPath: path] = mode
        case .path(let path):
            guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
                throw SettingFault("\(Quoted(text)) holds control characters, which no path here may have")
            }
            settings[keyPath: path] = text
        case .group(let path):
            settings[keyPath: path] = try group(text, groups)
        }
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

    /// A whole number in decimal without sign, separators or leading zeros; nil when it is too large for any range.
    private func integer(_ text: String) throws(SettingFault) -> Int? {
        let digits = text.utf8
        let isDecimal = digits.allSatisfy { (0x30...0x39).contains($0) } && (digits.count == 1 || digits.first != 0x30)
        guard isDecimal, !digits.isEmpty else { throw illegal(text, "is not a whole number") }
        return Int(text)
    }

    private func group(_ text: String, _ groups: GroupLookup) throws(SettingFault) -> SystemGroup? {
        if text.isEmpty { return nil }
        guard !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }), let gid = groups(text) else {
            throw SettingFault("there is no group \(Quoted(text)); `getent group` lists those that there are")
        }
        return SystemGroup(name: text, gid: gid)
    }

    private func illegal(_ text: String, _ what: String) -> SettingFault {
        SettingFault("\(Quoted(text)) \(what); legal: \(legal)")
    }
}
