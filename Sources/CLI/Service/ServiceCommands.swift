import ArgumentParser
import Domain
import ReviewPackAPI
import ReviewPackClient

struct WhoAmICommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami",
        abstract: "Show who the service takes you for and which roles you have.",
        usage: "reviewpackctl whoami",
        discussion: """
            Example:
              reviewpackctl whoami -o json
            """)

    @OptionGroup var common: CommonOptions

    func run(in session: Session) async throws {
        try await session.withClient { client in
            try session.print(DirectoryViews.caller(try await client.whoAmI(), accounts: session.context.accounts))
        }
    }
}

struct HealthCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Ask whether the service takes calls; exits 69 when it does not.",
        usage: "reviewpackctl health [--service <name>]",
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
                throw ClientError.fault(
                    .unavailable, "the service does not take calls: \(word)", advice: Reason.draining.advice)
            }
        }
    }
}

struct VersionCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Print the version of the client, and of the service when one answers.",
        usage: "reviewpackctl version",
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
