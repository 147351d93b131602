/// Reads the settings: the file, over it the environment, over it the flags.
///
/// Every value of every layer is checked, also one that a later layer overrides; all problems are reported together.
package struct SettingsLoader: Sendable {
    /// Which file to read.
    package enum FileChoice: Sendable, Equatable {
        /// `Settings.defaultFile`; its absence means an empty file.
        case usual
        /// One that must be there.
        case named(String)
        /// None.
        case none
    }

    package var file: FileChoice
    package var environment: [String: String]
    /// Names of settings with the values of their flags, in the order given.
    package var flags: [(name: String, value: String)]
    private let groups: GroupLookup

    /// - Parameter configFlag: the value of `--config`; without it `REVIEWPACK_CONFIG` may name the file.
    package init(
        configFlag: String?, environment: [String: String], flags: [(name: String, value: String)] = [],
        groups: @escaping GroupLookup = SystemGroup.systemLookup
    ) {
        if let path = configFlag ?? environment["REVIEWPACK_CONFIG"] { file = .named(path) } else { file = .usual }
        self.environment = environment
        self.flags = flags
        self.groups = groups
    }

    package func load() throws(SettingsError) -> LoadedSettings {
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
        if let complaint = row.kind.set(value, in: &loaded.settings, groups: groups) {
            problems.append(SettingsProblem(origin, key: name, complaint))
        } else {
            loaded.origins[name] = origin
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

/// Finds the known name that an unknown one was probably meant to be.
enum NearestName {
    /// The known name with the fewest edits to `name`, when that is few enough to be a slip; the first of equals.
    static func of(_ name: String, among known: [String]) -> String? {
        let wanted = Array(name.lowercased().utf8.prefix(64).map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 })
        let allowed = max(2, wanted.count / 3)
        var best: (name: String, distance: Int)?
        for candidate in known {
            let distance = edits(from: wanted, to: Array(candidate.utf8))
            if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours.
    static func edits(from a: [UInt8], to b: [UInt8]) -> Int {
        var previous2: [Int] = []
        var previous = Array(0...b.count)
        for i in 0..<a.count {
            var current = [i + 1]
            for j in 0..<b.count {
                var cost = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, previous2[j - 1] + 1) }
                current.append(cost)
            }
            previous2 = previous
            previous = current
        }
        return previous[b.count]
    }
}
