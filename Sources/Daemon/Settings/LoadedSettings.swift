/// The settings in force, and where each value came from.
package struct LoadedSettings: Sendable, Equatable {
    package var settings: Settings
    /// By name; a setting that is not here has its default.
    package var origins: [String: SettingOrigin]

    package init(_ settings: Settings = Settings(), origins: [String: SettingOrigin] = [:]) {
        self.settings = settings
        self.origins = origins
    }

    package func origin(of name: String) -> SettingOrigin { origins[name] ?? .builtIn }
}

/// What a reload of the settings changes.
package struct SettingsReload: Sendable, Equatable {
    /// What is in force from now on: the old values, with those new ones that can change while the daemon runs.
    package let inForce: LoadedSettings
    /// Names whose new value is in force.
    package let applied: [String]
    /// Names that were changed and keep their old value until a restart.
    package let needingRestart: [String]

    package init(from old: LoadedSettings, to new: LoadedSettings) {
        var inForce = old
        var applied: [String] = []
        var needingRestart: [String] = []
        for row in SettingsTable.rows {
            let isChanged = row.kind.print(old.settings) != row.kind.print(new.settings)
            switch row.effect {
            case .reload:
                row.kind.copy(from: new.settings, to: &inForce.settings)
                inForce.origins[row.name] = new.origins[row.name]
                if isChanged { applied.append(row.name) }
            case .restart:
                if isChanged { needingRestart.append(row.name) }
            }
        }
        self.inForce = inForce
        self.applied = applied
        self.needingRestart = needingRestart
    }
}
