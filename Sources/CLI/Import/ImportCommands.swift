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
        path: "import findings",
        abstract: "Import a scan's findings, all or none.",
        arguments: "<tenant> <file> [--format <format>] [--skip-bad-records] [--allow-tenant-mismatch]",
        discussion: """
            Takes OCSF Detection Findings (as Prowler writes them: an array, or one
            object a line) and native JSON lines.

            Example:
              reviewpackctl import findings $TENANT prowler-output.ocsf.json
            """)

    @OptionGroup var input: ImportArguments

    @Option(help: "What the file holds.")
    var format: FindingsFormatArgument = .auto

    @Flag(help: "Count and skip records that cannot be used, instead of refusing the file.")
    var skipBadRecords = false

    @Flag(help: "Take records of another tenant's GUID as this tenant's.")
    var allowTenantMismatch = false

    @OptionGroup var common: CommonOptions

    var subject: String? { input.subject }

    func run(in session: Session) async throws {
        try await input.send(in: session) { client, tenant, upload in
            let header = Proto.ImportFindingsHeader(
                tenant: tenant, format: format.wire, skipBadRecords: skipBadRecords,
                allowTenantMismatch: allowTenantMismatch)
            return try await upload.run { try await client.importFindings(header, from: $0, progress: $1) }
        }
    }
}

struct ImportReportCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "import report",
        abstract: "Import a stored report: one JSON document of up to 32 MiB, kept as it came.",
        arguments: "<tenant> <file> --type <type> [--measured-at <time>] [--allow-tenant-mismatch]",
        discussion: """
            Example:
              reviewpackctl import report $TENANT --type entra.admin_roles roles.json
            """)

    @OptionGroup var input: ImportArguments

    @Option(help: "Which report it is.")
    var type: ReportTypeArgument

    @Option(
        help: ArgumentHelp("When it was measured (default: now).", valueName: "time"), transform: TimeArgument.parse)
    var measuredAt: TimeArgument?

    @Flag(help: "Take a report of another tenant's GUID as this tenant's.")
    var allowTenantMismatch = false

    @OptionGroup var common: CommonOptions

    var subject: String? { input.subject }

    func run(in session: Session) async throws {
        try await input.send(in: session) { client, tenant, upload in
            let header = Proto.ImportReportHeader(
                tenant: tenant, type: type.wire, measuredAt: measuredAt?.time, allowTenantMismatch: allowTenantMismatch)
            return try await upload.run { try await client.importReport(header, from: $0, progress: $1) }
        }
    }
}

struct ImportOperationsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "import operations",
        abstract: "Import operation runs, JSON lines, all or none.",
        arguments: "<tenant> <file> [--skip-bad-records]",
        discussion: """
            Each line: id, type, status, outcome, started_at, finished_at, initiator, context.
            Types of the service's own runs, such as tenant.report.import, and the initiators
            system and uid:N are refused.

            Example:
              reviewpackctl import operations $TENANT runs.jsonl
            """)

    @OptionGroup var input: ImportArguments

    @Flag(help: "Count and skip records that cannot be used, instead of refusing the file.")
    var skipBadRecords = false

    @OptionGroup var common: CommonOptions

    var subject: String? { input.subject }

    func run(in session: Session) async throws {
        try await input.send(in: session) { client, tenant, upload in
            let header = Proto.ImportOperationsHeader(tenant: tenant, skipBadRecords: skipBadRecords)
            return try await upload.run { try await client.importOperations(header, from: $0, progress: $1) }
        }
    }
}

struct ImportHardeningCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "import hardening",
        abstract: "Replace a tenant's hardening settings by one JSON object.",
        arguments: "<tenant> <file>",
        discussion: """
            Its keys: scope_mode, last_checked_at, last_setup_at, canary_results, warnings.

            Example:
              reviewpackctl import hardening $TENANT hardening.json
            """)

    @OptionGroup var input: ImportArguments

    @OptionGroup var common: CommonOptions

    var subject: String? { input.subject }

    func run(in session: Session) async throws {
        let upload = try ImportUpload(path: input.file, session: session)
        let document = try await upload.contents(limit: ReviewPackClient.maximumHardeningBytes)
        try await session.withClient { client in
            let tenant = try await client.tenantID(input.tenant)
            try session.print(try await client.putHardening(tenant: tenant, document: document).rendering)
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
