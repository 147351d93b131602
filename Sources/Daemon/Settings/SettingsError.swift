/// Where a value came from.
public enum SettingOrigin: Sendable, Equatable, CustomStringConvertible {
    case builtIn
    /// A line of a file, counted from 1; 0 when the file as a whole is meant.
    case file(String, line: Int)
    case environment(variable: String)
    /// A flag's name without its dashes.
    case flag(String)

    public var description: String {
        switch self {
        case .builtIn: "default"
        case .file(let path, 0): path
        case .file(let path, let line): "\(path):\(line)"
        case .environment(let variable): variable
        case .flag(let name): "--\(name)"
        }
    }
}

/// One thing that is wrong with the configuration.
public struct SettingsProblem: Sendable, Equatable, CustomStringConvertible {
    public let origin: SettingOrigin
    /// The key, where one is concerned.
    public let key: String?
    /// What is wrong, what is legal, and the nearest known key.
    public let message: String

    public init(_ origin: SettingOrigin, key: String? = nil, _ message: String) {
        self.origin = origin
        self.key = key
        self.message = message
    }

    public var description: String {
        guard let key else { return "\(origin): \(message)" }
        return "\(origin): \(key): \(message)"
    }
}

/// Everything that is wrong with the configuration, in the order file, environment, flags.
public struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// At least one.
    public let problems: [SettingsProblem]

    public init(_ problems: [SettingsProblem]) { self.problems = problems }

    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
