/// Where a value came from.
package enum SettingOrigin: Sendable, Equatable, CustomStringConvertible {
    case builtIn
    /// A line of a file, counted from 1; 0 when the file as a whole is meant.
    case file(String, line: Int)
    case environment(variable: String)
    /// A flag's name without its dashes.
    case flag(String)

    package var description: String {
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
package struct SettingsProblem: Sendable, Equatable, CustomStringConvertible {
    package let origin: SettingOrigin
    /// The key, where one is concerned.
    package let key: String?
    /// What is wrong, what is legal, and the nearest known key.
    package let message: String

    package init(_ origin: SettingOrigin, key: String? = nil, _ message: String) {
        self.origin = origin
        self.key = key
        self.message = message
    }

    package var description: String {
        guard let key else { return "\(origin): \(message)" }
        return "\(origin): \(key): \(message)"
    }
}

/// Everything that is wrong with the configuration, in the order file, environment, flags.
package struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// At least one.
    package let problems: [SettingsProblem]

    package init(_ problems: [SettingsProblem]) { self.problems = problems }

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
