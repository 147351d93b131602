/// The settings in force, and where each value came from.
public struct LoadedSettings: Sendable, Equatable {
    public var settings: Settings
    /// By name; a setting that is not here has its default.
    public var origins: [String: SettingOrigin]

    public init(_ settings: Settings = Settings(), origins: [String: SettingOrigin] = [:]) {
        self.settings = settings
        self.origins = origins
    }

    public func origin(of name: String) -> SettingOrigin { origins[name] ?? .builtIn }
}

/// Reads the settings: the file, over it the environment, over it the flags.
///
/// Every value of every layer is checked, also one that a later layer overrides; all problems are reported together.
public struct SettingsLoader: Sendable {
    /// Which file to read.
    public enum FileChoice: Sendable, Equatable {
        /// `Settings.defaultFile`; its absence means an empty file.
        case usual
        /// One that must be there.
        case named(String)
        /// None.
        case none
    }

    public var file: FileChoice
    public var environment: [String: String]
    /// Names of settings with the values of their flags, in the order given.
    public var flags: [(name: String, value: String)]
    private let groups: GroupLookup

    /// - Parameter configFlag: the value of `--config`; without it `REVIEWPACK_CONFIG` may name the file.
    public init(
        configFlag: String?, environment: [String: String], flags: [(name: String, value: String)] = [],
        groups: @escaping GroupLookup = SystemGroup.systemLookup
    ) {
        if let path = configFlag ?? environment["REVIEWPACK_CONFIG"] { file = .named(path) } else { file = .usual }
        self.environment = environment
        self.flags = flags
        self.groups = groups
    }

    public func load() throws(SettingsError) -> LoadedSettings {
        var loaded = LoadedSettings()
        var problems: [SettingsProblem] = []
        do {
            let (path, assignments, unusable) = try fileAssignments()
            problems += unusable
            for assignment in assignments {
                assign(
                    assignment.key, assignment.value, .file(path, line: assignment.line), &loaded, &problems)
            }
        } catch {
            problems += error.problems
        }
        for (variable, value) in environment.sorted(by: { $0.key < $1.key }) {
            guard variable.hasPrefix(SettingsTable.variablePrefix), !SettingsTable.otherVariables.contains(variable)
            else { continue }
            assign(
                variable.dropFirst(SettingsTable.variablePrefix.count).lowercased(), value,
                .environment(variable: variable), &loaded, &problems)
        }
        for (name, value) in flags {
            assign(name, value, .flag(SettingsTable.index[name]?.flag ?? name), &loaded, &problems)
        }
        guard problems.isEmpty else { throw SettingsError(problems) }
        return loaded
    }

    private func fileAssignments() throws(SettingsError) -> (
        path: String, assignments: [SettingsFile.Assignment], problems: [SettingsProblem]
    ) {
        let path: String
        switch file {
        case .none: return ("", [], [])
        case .usual: path = Settings.defaultFile
        case .named(let named): path = named
        }
        guard let text = try SettingsFile.read(path) else {
            if file == .usual { return (path, [], []) }
            throw SettingsError([
                SettingsProblem(.file(path, line: 0), "is not there; name another file, or leave --config away")
            ])
        }
        let (assignments, problems) = try SettingsFile.assignments(in: text, path: path)
        return (path, assignments, problems)
    }

    private func assign(
        _ name: String, _ value: String, _ origin: SettingOrigin, _ loaded: inout LoadedSettings,
        _ problems: inout [SettingsProblem]
    ) {
        guard let row = SettingsTable.index[name] else {
            problems.append(SettingsProblem(origin, key: shown(name), unknown(name, origin)))
            return
        }
        do throws(SettingFault) {
            try row.kind.set(value, in: &loaded.settings, groups: groups)
            loaded.origins[name] = origin
        } catch {
            problems.append(SettingsProblem(origin, key: name, error.message))
        }
    }

    private func unknown(_ name: String, _ origin: SettingOrigin) -> String {
        guard let nearest = NearestName.of(name, among: SettingsTable.rows.map(\.name)) else {
            return "there is no such setting; `reviewpackd config dump` lists all"
        }
        if case .environment = origin {
            return "there is no such setting; the nearest is \(SettingsTable.variablePrefix)\(nearest.uppercased())"
        }
        return "there is no such setting; the nearest is \(nearest)"
    }

    /// A key as a message may show it: a plain word as it is, anything else quoted and shortened.
    private func shown(_ name: String) -> String {
        let isWord = name.utf8.allSatisfy {
            $0 == 0x5F || $0 == 0x2D || (0x30...0x39).contains($0) || $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A
        }
        return isWord && !name.isEmpty && name.utf8.count <= 64 ? name : "\(Quoted(name))"
    }
}
