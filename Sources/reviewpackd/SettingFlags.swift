import ArgumentParser
import Daemon

/// A flag for each row of the settings table, so that a new setting needs no second place.
///
/// ArgumentParser finds options by reflection of an instance and reads them by key; both are answered here from the
/// table instead of stored properties.
struct SettingFlags: ParsableArguments, CustomReflectable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Names of settings with the values given, in the table's order.
    private(set) var values: [(name: String, value: String)] = []

    init() {}

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        for row in SettingsTable.rows {
            let option = try container.decode(Option<String?>.self, forKey: Key(stringValue: row.name))
            if let value = option.wrappedValue { values.append((row.name, value)) }
        }
    }

    var customMirror: Mirror {
        Mirror(
            self, children: SettingsTable.rows.map { ($0.name, Self.option(for: $0) as Any) },
            displayStyle: .struct)
    }

    private static func option(for row: Setting) -> Option<String?> {
        Option(
            name: .customLong(row.flag),
            help: ArgumentHelp(
                "\(row.summary) Legal: \(row.legal). Default: \(row.defaultText).", valueName: "value"),
            completion: row.isPath ? .file() : row.choices.isEmpty ? nil : .list(row.choices))
    }
}

/// Which configuration a command works with.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Settings file (else REVIEWPACK_CONFIG, else \(Settings.defaultFile) if it exists).", valueName: "file"),
        completion: .file())
    var config: String?

    @OptionGroup(title: "Settings (over the environment, which is over the file)")
    var flags: SettingFlags

    func loader(_ environment: [String: String]) -> SettingsLoader {
        SettingsLoader(configFlag: config, environment: environment, flags: flags.values)
    }
}
