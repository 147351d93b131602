import ArgumentParser
import Domain
import ReviewPackAPI
import ReviewPackClient

struct ScanCommands: CommandFamily {
    static let configuration = CommandConfiguration(
        commandName: "scan", abstract: "Run the collectors that scan tenants.", subcommands: [ScanRunCommand.self])
}

struct ScanRunCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "scan run",
        abstract: "Scan one tenant, or all, with the collector program of a type.",
        arguments: """
            <type> (--tenant <tenant> | --all) [--collectors-dir <dir>] [--prints <what>]
                [--timeout <seconds>] [--max-output <bytes>] [--pass-env <name> ...]
            """,
        discussion: """
            Runs the program <dir>/<type> here, once for each tenant, and imports
            what it prints. Of a scan that fails nothing is kept.

            Example:
              reviewpackctl scan run permission_posture --all
            """)

    @Argument(help: ArgumentHelp("Which scan it is; also the collector's file name.", valueName: "type"))
    var type: ReportTypeArgument

    @Option(help: .tenant, completion: .tenants)
    var tenant: String?

    @Flag(help: "Scan every tenant that you may import for.")
    var all = false

    @Option(help: ArgumentHelp("Where the collectors are.", valueName: "dir"), completion: .directory)
    var collectorsDir = CollectorFile.standardFolder

    @Option(help: ArgumentHelp("What the collector prints; auto: its first line tells.", valueName: "what"))
    var prints: CollectorPrints = .auto

    @Option(help: ArgumentHelp("How long one collector may take.", valueName: "seconds"))
    var timeout = TimeLimit(value: .seconds(3600), text: "3600")

    @Option(help: ArgumentHelp("The most that one collector may print.", valueName: "bytes"))
    var maxOutput: Int64 = 1 << 30

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("A variable that collectors see, too; may be repeated.", valueName: "name"))
    var passEnv: [String] = []

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if (tenant == nil) != all { throw ValidationError("give either --tenant or --all") }
        if maxOutput < 1 { throw ValidationError("--max-output must be 1 or more") }
        for name in passEnv {
            if let complaint = CollectorEnvironment.complaint(about: name) {
                throw ValidationError("--pass-env: \(name) \(complaint)")
            }
        }
    }

    func run(in session: Session) async throws {
        let interrupt = ScanInterrupt()
        session.context.interruption.handOver { interrupt.interrupt() }
        let cleanup = session.context.interruption.onInterrupt { interrupt.kill() }
        defer {
            session.context.interruption.takeBack()
            session.context.interruption.settle(cleanup) {}
        }
        try await session.withClient { client in
            let tenants = try await ScanTargets.choose(tenant, client)
            guard !tenants.isEmpty else {
                throw ScanTargets.lacksCollectorRole("there is no tenant that you may import for")
            }
            let runner = runner(client, session, interrupt)
            var results: [ScanResult] = []
            for tenant in tenants where !interrupt.isInterrupted {
                let result = await runner.scan(tenant)
                for complaint in ScanViews.complaints(about: result) { try session.note(complaint) }
                results.append(result)
            }
            try session.print(ScanViews.results(results))
            if interrupt.isInterrupted { throw ClientError.cancelled }
            if let error = ScanViews.error(of: results) { throw error }
        }
    }

    private func runner(_ client: ReviewPackClient, _ session: Session, _ interrupt: ScanInterrupt) -> ScanRunner {
        let type = type.model
        let collector: Result<String, ScanFault> = Result { () throws(ScanFault) in
            try CollectorFile.find(type, in: collectorsDir)
        }
        return ScanRunner(
            client: client, type: type, collector: collector, expected: prints.kind,
            timeout: timeout.value, outputLimit: maxOutput, passedVariables: passEnv,
            environment: session.context.environment, now: session.context.now, interrupt: interrupt)
    }
}

/// How long a collector may take, given in seconds with up to three decimals: more than nothing, at most a day.
struct TimeLimit: ExpressibleByArgument, CustomStringConvertible, Sendable {
    var value: Duration
    var text: String

    init(value: Duration, text: String) {
        self.value = value
        self.text = text
    }

    init?(argument: String) {
        guard let seconds = Double(argument), (0.001...86_400).contains(seconds) else { return nil }
        self.init(value: .milliseconds(Int64((seconds * 1000).rounded())), text: argument)
    }

    var description: String { text }
    var defaultValueDescription: String { text }
}

/// What an option says about a collector's output.
enum CollectorPrints: String, CaseIterable, ExpressibleByArgument, Sendable {
    case auto, findings, report

    var kind: CollectorOutput.Kind? { CollectorOutput.Kind(rawValue: rawValue) }
}

/// Which tenants a `scan run` is about.
enum ScanTargets {
    /// The tenant that `text` names; without a name every tenant for which the caller may import, in the order of their
    /// names.
    static func choose(_ text: String?, _ client: ReviewPackClient) async throws(ClientError) -> [Proto.Tenant] {
        guard let text else { return try await importable(client) }
        let id = try await client.tenantID(text)
        guard let tenant = try await client.tenants().first(where: { $0.externalID == id }) else {
            throw .fault(
                Reason.notFound, "there is no tenant \(id), or you are not a member of it",
                advice: "`reviewpackctl tenant list` shows those that there are")
        }
        // Before the collector runs: what it brings would be refused.
        guard try await importable(client).contains(where: { $0.externalID == id }) else {
            throw lacksCollectorRole("you may not import for tenant \(id)")
        }
        return [tenant]
    }

    /// The caller may import for nobody that was named.
    static func lacksCollectorRole(_ why: String) -> ClientError {
        .fault(
            Reason.capabilityRequired, "\(why), so nothing was scanned",
            advice: "ask an owner for the role collector: `reviewpackctl member grant --role collector ...`")
    }

    /// A member in another role, a viewer's service for example, has no business with that tenant's collector.
    private static func importable(_ client: ReviewPackClient) async throws(ClientError) -> [Proto.Tenant] {
        let caller = try await client.whoAmI()
        let tenants = try await client.tenants()
        // Of a caller with very many roles the service names only some; then the import itself decides.
        if caller.administrator || !caller.bindingsComplete { return tenants }
        var workspaces: Set<ExactText> = []
        var ids: Set<String> = []
        for binding in caller.bindings where binding.role == .collector || binding.role == .owner {
            switch binding.target?.kind {
            case .workspace(let name): workspaces.insert(ExactText(name))
            case .tenant(let id): ids.insert(id)
            case .system, nil: break
            }
        }
        return tenants.filter { workspaces.contains(ExactText($0.workspace)) || ids.contains($0.externalID) }
    }
}
