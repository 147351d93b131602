import ArgumentParser
import Domain
import ReviewPackAPI
import ReviewPackClient

struct PackGenerateCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "generate",
        abstract: "Generate a tenant's review pack, or get the ready one that holds the same.",
        arguments: """
            <tenant> [--pii|--no-pii] [--operations|--no-operations] [--regenerate <pack>] \
            [--wait|--no-wait] [--yes]
            """,
        discussion: """
            Example:
              reviewpackctl generate $TENANT --no-pii --wait
            """)

    @Argument(help: .tenant, completion: .tenants)
    var tenant: String

    @Flag(
        inversion: .prefixedNo, exclusivity: .exclusive,
        help: "Keep personal data, or redact it (default: the service's setting).")
    var pii: Bool?

    @Flag(
        inversion: .prefixedNo, exclusivity: .exclusive,
        help: "List the operation runs, or leave them out (default: the service's setting).")
    var operations: Bool?

    @Option(
        help: ArgumentHelp(
            "Start from this pack's options and name its fingerprint as the previous.", valueName: "pack"),
        completion: .packs())
    var regenerate: String?

    @Flag(
        inversion: .prefixedNo, exclusivity: .exclusive,
        help: "Wait until the pack is ready or failed (default: only on a terminal).")
    var wait: Bool?

    @Flag(help: "Do not ask before a ready pack is regenerated.")
    var yes = false

    @OptionGroup var common: CommonOptions

    var subject: String? { "tenant \(tenant)" }

    func run(in session: Session) async throws {
        try await session.withClient { client in
            var request = Proto.GenerateRequest(
                tenant: try await client.tenantID(tenant), includePII: pii, includeOperations: operations)
            if let regenerate {
                request.regenerateFrom = try await basis(regenerate, of: request.tenant, client: client)
                try await confirmRegenerating(request.tenant, client: client, session: session)
            }
            var response = try await client.generate(request)
            if wait ?? session.terminal.isOutput, let id = response.pack?.id {
                response.pack = try await PackFollower(session: session).wait(for: id, client: client)
            }
            guard let pack = response.pack else { return }
            try session.print(PackViews.generated(response, pack: pack))
            try PackFollower.check(pack)
        }
    }

    /// The id of the pack to start from, when it is one of the tenant: nobody is asked about a pack that cannot be
    /// taken.
    private func basis(_ text: String, of tenant: String, client: ReviewPackClient) async throws(ClientError) -> String
    {
        let id = try await client.packID(text)
        let pack: Proto.Pack
        do { pack = try await client.pack(id).pack } catch {
            guard case .remote(let failure) = error, failure.reason == .notFound else { throw error }
            // Told apart from the tenant, which the command is about.
            throw .fault(Reason.notFound, "pack \(text): \(failure.message)", advice: error.advice)
        }
        guard pack.tenantExternalID == tenant else {
            throw .usage(
                "pack \(text) is of another tenant (\(pack.tenantExternalID))",
                advice: "name a pack of this one: `reviewpackctl list \(tenant)`")
        }
        return id
    }

    private func confirmRegenerating(_ tenant: String, client: ReviewPackClient, session: Session) async throws {
        if yes { return }
        let ready = try await client.packs(Proto.ListPacksRequest(tenant: tenant, statuses: [.ready]), limit: 1)
        guard let ready = ready.first else { return }
        try await session.confirm(
            "Pack \(ValueText.shortID(ready.id).printable) of \(ready.tenantName.printable) is ready. "
                + "Generate a new one?",
            yes: false)
    }
}
