import Foundation
import TestTags
import Testing

@testable import Daemon

/// The files that describe the settings are made from their table: each test names the text that belongs there.
@Suite("The configuration's documents", .tags(.documents))
struct ConfigurationDocumentsTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    @Test("Examples/reviewpackd.yaml is what `reviewpackd config example` prints")
    func exampleFile() throws {
        #expect(
            try Self.text("Examples/reviewpackd.yaml") == SettingsText.exampleFile,
            "run: reviewpackd config example > Examples/reviewpackd.yaml")
    }

    @Test("the example file is valid as it is, and with every setting switched on")
    func exampleIsValid() throws {
        let text = try Self.text("Examples/reviewpackd.yaml")
        #expect(try load(text) == LoadedSettings())
        let names = SettingsTable.rows.map(\.name)
        let active = text.split(separator: "\n").map { line in
            names.contains { line.hasPrefix("#\($0):") } ? line.dropFirst() : line
        }
        let loaded = try load(active.joined(separator: "\n"))
        #expect(loaded.settings == Settings())
        #expect(loaded.origins.count == names.count)
    }

    @Test("Docs/CONFIGURATION.md holds the table of settings")
    func reference() throws {
        #expect(
            try Self.text("Docs/CONFIGURATION.md").contains(SettingsText.reference),
            "Docs/CONFIGURATION.md must hold:\n\(SettingsText.reference)")
    }
}
