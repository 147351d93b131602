/// The texts made from the settings table: `config dump`, the example file and the table of `Docs/CONFIGURATION.md`.
package enum SettingsText {
    /// Every setting with its value and, as a comment, its origin: YAML that reads back to the same values.
    package static func dump(_ loaded: LoadedSettings) -> String {
        var text = ""
        for row in SettingsTable.rows {
            // An origin can hold a path: what would end the comment's line is escaped.
            var origin = ""
            for scalar in "\(loaded.origin(of: row.name))".unicodeScalars {
                ControlCharacters.append(scalar, to: &origin)
            }
            text += "\(row.name): \(row.kind.print(loaded.settings))  # \(origin)\n"
        }
        return text
    }

    /// The commented file that the package installs: every setting with its default, switched off.
    package static var exampleFile: String {
        var text = """
            # Settings of reviewpackd, one `key: value` a line; \(Settings.defaultFile).
            #
            # Every setting is here, commented out, with its default. The environment (REVIEWPACK_ and the name in
            # capitals) and the flags of `reviewpackd serve` override this file. `reviewpackd config check` finds every
            # mistake; `reviewpackd config dump` prints what is in force and where it comes from. Settings marked
            # (reload) take effect on `systemctl reload reviewpackd` or SIGHUP, the others on a restart.

            """
        for section in SettingsTable.sections {
            text +=
                "\n# ---- \(section.heading) " + String(repeating: "-", count: max(4, 100 - section.heading.count))
                + "\n"
            for row in section.rows {
                text += "\n"
                let mark = row.effect == .reload ? " (reload)" : ""
                for line in wrap("\(row.summary)\(mark)") { text += "# \(line)\n" }
                for line in wrap(row.tradeOff) { text += "# \(line)\n" }
                text += "# Legal: \(row.legal). Default: \(row.defaultText).\n"
                text += "#\(row.name): \(row.defaultText)\n"
            }
        }
        return text
    }

    /// The sections of `Docs/CONFIGURATION.md` that describe each setting.
    package static var reference: String {
        SettingsTable.sections.map { section in
            var text = "### \(section.heading)\n\n"
            text += "| setting | legal | default | takes effect | what and at which price |\n|---|---|---|---|---|\n"
            for row in section.rows {
                text += "| `\(row.name)` | \(row.legal) | `\(row.defaultText)` | \(row.effect.rawValue) "
                text += "| \(row.summary) \(row.tradeOff) |\n"
            }
            return text
        }.joined(separator: "\n")
    }

    /// Breaks a sentence into lines of at most 110 characters.
    private static func wrap(_ sentence: String) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in sentence.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > 110 {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        return lines + [line]
    }
}
