import Domain
import Evidence
import Foundation
import TestTags
import Testing

private let hasPython = FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")

/// The generator's view of sources that are written like a scanner's checks.
@Suite("Names that scanners give to settings", .tags(.redaction), .enabled(if: hasPython, "needs python3"))
struct ScannerNamesTests {
    private static let check = """
        TEMPLATE_ID = "5cf42378-d67d-4f36-ba46-e8b86229381d"
        SETTINGS_NAME = "Lockout Settings"

        class mailbox_settings(Check):
            def execute(self):
                for mailbox in client.mailboxes:
                    report = CheckReportM365(
                        metadata=self.metadata(), resource=mailbox,
                        resource_name=mailbox.name or "Exchange Mailbox Settings", resource_id=mailbox.identity)
                    report.resource_name = f"Mailbox {mailbox.name}"
                report = CheckReportM365(
                    metadata=self.metadata(), resource={},
                    resource_name=policy.name if policy else "Sign-in Risk \\"High\\" Settings",
                    resource_id="signInRisk")
                report.resource_name = SETTINGS_NAME
                report.status_extended = "Anna Schmidt has no settings."
                report.resource_id = "x"
        """

    @Test(
        """
        are the literal texts of resource_name and resource_id, with what stands behind else and or; \
        nothing computed is
        """
    )
    func generated() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "scanner-\(UUID().uuidString)")
        let checks = folder.appending(path: "providers/m365/services/exchange")
        try FileManager.default.createDirectory(at: checks, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Self.check.write(to: checks.appending(path: "mailbox_settings.py"), atomically: true, encoding: .utf8)
        let other = folder.appending(path: "providers/aws")
        try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
        try #"report.resource_name = "Bucket Settings""#.write(
            to: other.appending(path: "bucket.py"), atomically: true, encoding: .utf8)
        #expect(
            try Self.names(of: folder) == [
                "Exchange Mailbox Settings", "Lockout Settings", #"Sign-in Risk "High" Settings"#, "signInRisk",
            ])
    }

    @Test(
        "that the scanner's samples carry are public, whatever field they stand in",
        arguments: [
            "Conditional Access Policies", "conditionalAccessPolicies", "SharePoint Settings", "sharepointSettings",
            "Teams Meetings Global (Org-wide default) Policy", "teamsMeetingsGlobalPolicy", "Defender for Identity",
            "defenderIdentity", "Exchange Online Mailboxes", "exchange_mailboxes", "Password Rule Settings",
            "Authorization Policy", "authorizationPolicy", "Global Administrator PIM Role Settings", "mdeStatus",
        ])
    func samples(name: String) {
        #expect(PublicNames.contains(name))
    }

    private static func names(of checkout: URL) throws -> [String] {
        let script = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../scripts/generate-scanner-names").standardizedFileURL
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = [script.path, "--print", checkout.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
