import ArgumentParser
import ReviewPackClient
import ReviewPackModel
import ReviewPackWire

struct GenerateCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Generate a tenant's review pack, or get the ready one that holds the same.",
        usage: """
            reviewpackctl generate <tenant> [--pii|--no-pii] [--operations|--no-operations] [--regenerate <pack>] [--wait|--no-wait] [--yes]
            """,
        discussion: """
            Example:
              reviewpackctl generate $TENANT --no-pii --wait
            """)

    @Argument(help: ArgumentHelp("The tenant's Entra GUID.", valueName: "tenant"))
    var tenant: String

    @Flag(inversion: .prefixedNo, help: "Keep personal data, or redact it (default: the service's setting).")
    var pii: Bool?

    @Flag(inversion: .prefixedNo, help: "List the operation runs, or leave them out (default: the service's setting).")
    var operations: Bool?

    @Option(
        help: ArgumentHelp(
            "Start from this pack's options and name its fingerprint as the previous.", valueName: "pack"))
    var regenerate: String?

    @Flag(inversion: .prefixedNo, help: "Wait until the pack is ready or failed (default: only on a terminal).")
    var wait: Bool?

    @Flag(help: "Do not ask before a ready pack is regenerated.")
    var yes = false

    @OptionGroup var common: CommonOptions

    func run(in session: Session) async throws {
        try await session.withClient { client in
            var request = Proto.GenerateRequest(
                tenant: try await client.tenantID(tenant), includePII: pii, includeOperations: operations)
            if let regenerate {
                request.regenerateFrom = try await client.packID(regenerate)
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

    private func confirmRegenerating(_ tenant: String, client: ReviewPackClient, session: Session) async throws {
        if yes { return }
        let ready = try await client.packs(Proto.ListPacksRequest(tenant: tenant, statuses: [.ready]), limit: 1)
        guard let ready = ready.first else { return }
        try await session.confirm(
            "Pack \(shortID(ready.id).printable) of \(ready.tenantName.printable) is ready. Generate a new one?",
            yes: false)
    }
}
