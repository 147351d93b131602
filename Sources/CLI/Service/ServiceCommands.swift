import ArgumentParser
import Domain
import ExitCodes
import ReviewPackAPI
import ReviewPackClient

struct WhoAmICommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "whoami",
        abstract: "Show who the service takes you for and which roles you have.",
        discussion: """
            Example:
              reviewpackctl whoami -o json
            """)

    @OptionGroup var common: CommonOptions

    func run(in session: Session) async throws {
        try await session.withClient { client in
            try session.print(CallerViews.caller(try await client.whoAmI(), accounts: session.context.accounts))
        }
    }
}

struct HealthCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "health",
        abstract: "Ask whether the service takes calls; exits 69 when it does not.",
        arguments: "[--service <name>]",
        discussion: """
            Example:
              reviewpackctl health && echo up
            """)

    @Option(help: ArgumentHelp("Full name of one service (default: all).", valueName: "name"))
    var service = ""

    @OptionGroup var common: CommonOptions

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let response: GRPCHealth.HealthCheckResponse
            do throws(ClientError) { response = try await client.health(service: service) } catch {
                guard case .remote(let failure) = error, failure.reason == .notFound else { throw error }
                throw ClientError.fault(
                    Reason.notFound, "there is no service \(service.debugDescription)",
                    advice: "leave --service away, or name one in full, such as reviewpack.v1.ReviewPackService")
            }
            let word = response.status.word ?? "unknown"
            try session.print(.one(OutputValue(response), id: word, line: word))
            guard response.status == .serving else {
                throw CommandError.failed(
                    .unavailable, "the service does not take calls: \(word)", advice: Reason.draining.advice)
            }
        }
    }
}

struct VersionCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "version",
        abstract: "Print the version of the client, and of the service when one answers.",
        discussion: """
            Example:
              reviewpackctl version
            """)

    @OptionGroup var common: CommonOptions

    func run(in session: Session) async throws {
        // Without --connect-timeout there is no waiting: the client's own version needs no service.
        let server = try? await session.context.connect(
            session.options.address(in: session.context.environment), .zero, session.options.onBehalfOf
        ).whoAmI(timeout: .seconds(5)).serverVersion
        let lines =
            ["reviewpackctl \(ProductVersion.current)"] + (server.map { ["reviewpackd \($0.printable)"] } ?? [])
        try session.print(
            .one(
                .fields(["client": .string(ProductVersion.current), "server": .optional(server)]),
                id: ProductVersion.current, line: lines.joined(separator: "\n")))
    }
}

/// The caller, as the service knows it, for people.
enum CallerViews {
    static func caller(_ response: Proto.WhoAmIResponse, accounts: AccountDatabase) -> Rendering {
        var caller = SectionedText.Section(title: "Caller")
        caller.add("User", named(response.uid, accounts.userName))
        caller.add("Group", named(response.gid, accounts.groupName))
        let groups = response.groups.map { named($0, accounts.groupName) }
        caller.add("Groups", groups.isEmpty ? "none" : groups.joined(separator: ", "))
        caller.add("Administrator", response.administrator ? "yes" : "no")
        caller.add("On behalf of", ifPresent: response.onBehalfOf?.printable)
        var roles = SectionedText.Section(title: "Roles")
        for binding in response.bindings {
            let principal = ValueText.principal(binding.principal, accounts: accounts)
            roles.add(
                binding.role.word ?? "unknown", "\(ValueText.target(binding.target)), as \(principal)".printable)
        }
        if response.bindings.isEmpty { roles.add("", response.administrator ? "administrator everywhere" : "none") }
        if !response.bindingsComplete, !response.bindings.isEmpty { roles.add("", "and more") }
        var service = SectionedText.Section(title: "Service")
        service.add("Version", response.serverVersion.printable)
        service.add("Unread notifications", "\(response.unreadNotifications)")
        service.add("Largest message", ByteCount.text(response.maximumMessageBytes))
        return .one(
            OutputValue(response), id: "\(response.uid)", text: SectionedText(sections: [caller, roles, service]))
    }

    private static func named(_ number: UInt32, _ name: (UInt32) -> String?) -> String {
        name(number).map { "\($0.printable) (\(number))" } ?? "\(number)"
    }
}
