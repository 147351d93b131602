import ArgumentParser
import Domain
import ReviewPackAPI
import ReviewPackClient

struct ImportCommands: CommandFamily {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Store scan results of a tenant: findings, reports, hardening settings, operation runs.",
        subcommands: [
            ImportFindingsCommand.self, ImportReportCommand.self, ImportHardeningCommand.self,
            ImportOperationsCommand.self,
        ])
}

struct ImportFindingsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "findings",
        abstract: "Import a scan's findings, all or none.",
        usage: """
            reviewpackctl import findings <tenant> <file> [--format <format>] [--skip-bad-records] [--allow-tenant-mismatch]
            """,
        discussion: """
            Takes OCSF Detection Findings (as Prowler writes them: an array, or one
            object a line) and native JSON lines.

            Example:
              reviewpackctl import findings $TENANT prowler-output.ocsf.json
            """)

    @Argument(help: ArgumentHelp("The tenant's Entra GUID.", valueName: "tenant"), completion: .tenants)
    var tenant: String

    @Argument(help: ArgumentHelp("The file; - reads standard input.", valueName: "file"), completion: .file())
    var file: String

    @Option(help: "What the file holds.")
    var format: FindingsFormatArgument = .auto

    @Flag(help: "Count and skip records that cannot be used, instead of refusing the file.")
    var skipBadRecords = false

    @Flag(help: "Take records of another tenant's GUID as this tenant's.")
    var allowTenantMismatch = false

    @OptionGroup var common: CommonOptions

    var subject: String? { "tenant \(tenant)" }

    func run(in session: Session) async throws {
        let upload = try ImportUpload(path: file, session: session)
        try await session.withClient { client in
            let header = Proto.ImportFindingsHeader(
                tenant: try await client.tenantID(tenant), format: format.wire, skipBadRecords: skipBadRecords,
                allowTenantMismatch: allowTenantMismatch)
            let response = try await upload.run { source, progress in
                try await client.importFindings(header, from: source, progress: progress)
            }
            try session.noteWarnings(response.warnings, of: response.warningCount, kind: "warning")
            try session.noteWarnings(response.rejections, of: response.rejected, kind: "rejected")
            try session.print(ImportViews.imported(response))
        }
    }
}

struct ImportReportCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Import a stored report: one JSON document of up to 32 MiB, kept as it came.",
        usage: """
            reviewpackctl import report <tenant> <file> --type <type> [--measured-at <time>] [--allow-tenant-mismatch]
            """,
        discussion: """
            Example:
              reviewpackctl import report $TENANT --type entra.admin_roles roles.json
            """)

    @Argument(help: ArgumentHelp("The tenant's Entra GUID.", valueName: "tenant"), completion: .tenants)
    var tenant: String

    @Argument(help: ArgumentHelp("The file; - reads standard input.", valueName: "file"), completion: .file())
    var file: String

    @Option(help: "Which report it is.")
    var type: ReportTypeArgument

    @Option(
        help: ArgumentHelp("When it was measured (default: now).", valueName: "time"), transform: TimeArgument.parse)
    var measuredAt: TimeArgument?

    @Flag(help: "Take a report of another tenant's GUID as this tenant's.")
    var allowTenantMismatch = false

    @OptionGroup var common: CommonOptions

    var subject: String? { "tenant \(tenant)" }

    func run(in session: Session) async throws {
        let upload = try ImportUpload(path: file, session: session)
        try await session.withClient { client in
            let header = Proto.ImportReportHeader(
                tenant: try await client.tenantID(tenant), type: type.wire, measuredAt: measuredAt?.time,
                allowTenantMismatch: allowTenantMismatch)
            let response = try await upload.run { source, progress in
                try await client.importReport(header, from: source, progress: progress)
            }
            try session.noteWarnings(response.warnings, of: Int64(response.warnings.count), kind: "warning")
            try session.print(ImportViews.imported(response))
        }
    }
}

struct ImportOperationsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "operations",
        abstract: "Import operation runs, JSON lines, all or none.",
        usage: "reviewpackctl import operations <tenant> <file> [--skip-bad-records]",
        discussion: """
            Each line: id, type, status, outcome, started_at, finished_at, initiator, context.
            Types of the service's own runs, such as tenant.report.import, and the initiators
            system and uid:N are refused.

            Example:
              reviewpackctl import operations $TENANT runs.jsonl
            """)

    @Argument(help: ArgumentHelp("The tenant's Entra GUID.", valueName: "tenant"), completion: .tenants)
    var tenant: String

    @Argument(help: ArgumentHelp("The file; - reads standard input.", valueName: "file"), completion: .file())
    var file: String

    @Flag(help: "Count and skip records that cannot be used, instead of refusing the file.")
    var skipBadRecords = false

    @OptionGroup var common: CommonOptions

    var subject: String? { "tenant \(tenant)" }

    func run(in session: Session) async throws {
        let upload = try ImportUpload(path: file, session: session)
        try await session.withClient { client in
            let header = Proto.ImportOperationsHeader(
                tenant: try await client.tenantID(tenant), skipBadRecords: skipBadRecords)
            let response = try await upload.run { source, progress in
                try await client.importOperations(header, from: source, progress: progress)
            }
            try session.noteWarnings(response.rejections, of: response.rejected, kind: "rejected")
            try session.print(ImportViews.imported(response))
        }
    }
}

struct ImportHardeningCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "hardening",
        abstract: "Replace a tenant's hardening settings by one JSON object.",
        usage: "reviewpackctl import hardening <tenant> <file>",
        discussion: """
            Its keys: scope_mode, last_checked_at, last_setup_at, canary_results, warnings.

            Example:
              reviewpackctl import hardening $TENANT hardening.json
            """)

    @Argument(help: ArgumentHelp("The tenant's Entra GUID.", valueName: "tenant"), completion: .tenants)
    var tenant: String

    @Argument(help: ArgumentHelp("The file; - reads standard input.", valueName: "file"), completion: .file())
    var file: String

    @OptionGroup var common: CommonOptions

    var subject: String? { "tenant \(tenant)" }

    func run(in session: Session) async throws {
        let upload = try ImportUpload(path: file, session: session)
        let document = try await upload.contents(limit: ReviewPackClient.maximumHardeningBytes)
        try await session.withClient { client in
            let tenant = try await client.tenantID(tenant)
            try session.print(
                ImportViews.imported(try await client.putHardening(tenant: tenant, document: document)))
        }
    }
}

enum FindingsFormatArgument: String, CaseIterable, ExpressibleByArgument, Sendable {
    case auto, native, ocsf

    var wire: Proto.FindingsFormat {
        switch self {
        case .auto: .auto
        case .native: .native
        case .ocsf: .ocsf
        }
    }
}
