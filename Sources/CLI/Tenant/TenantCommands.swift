import ArgumentParser
import ReviewPackAPI
import ReviewPackClient

struct TenantCommands: CommandFamily {
    static let configuration = CommandConfiguration(
        commandName: "tenant", abstract: "Tenants: whose scan results are kept.",
        subcommands: [
            TenantCreateCommand.self, TenantListCommand.self, TenantShowCommand.self, TenantRenameCommand.self,
            TenantDeleteCommand.self,
        ])
}

struct TenantCreateCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "tenant create",
        abstract: "Create a tenant in a workspace.",
        arguments: "<workspace> --external-id <guid> --name <name>",
        discussion: """
            Example:
              reviewpackctl tenant create contoso \\
                --external-id 7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b10 --name "Contoso Ltd"
            """)

    @Argument(help: "The workspace's name.", completion: .workspaces)
    var workspace: String

    @Option(help: ArgumentHelp("The tenant's Entra GUID.", valueName: "guid"))
    var externalID: String

    @Option(help: "The name that people see.")
    var name: String

    @OptionGroup var common: CommonOptions

    var subject: String? { "workspace \(workspace)" }

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let tenant = try await client.createTenant(workspace: workspace, externalID: externalID, name: name)
            try session.print(
                .one(
                    OutputValue(tenant), id: tenant.externalID,
                    line: "Created tenant \(tenant.externalID.printable) (\(tenant.name.printable))"))
        }
    }
}

struct TenantListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "tenant list",
        abstract: "List the tenants that you are a member of.",
        arguments: "[<workspace>]",
        discussion: """
            Example:
              reviewpackctl tenant list contoso
            """)

    @Argument(help: "Only those of this workspace.", completion: .workspaces)
    var workspace: String?

    @OptionGroup var common: CommonOptions

    func run(in session: Session) async throws {
        try await session.withClient { client in
            try session.print(
                TenantViews.list(try await client.tenantOverviews(workspace: workspace)),
                whenEmpty: [
                    "No tenants yet", "There is none that you are a member of.",
                    "  reviewpackctl tenant create WORKSPACE --external-id GUID --name NAME",
                ])
        }
    }
}

struct TenantShowCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "tenant show",
        abstract: "Show a tenant's evidence, its freshness, and its newest pack.",
        arguments: "<tenant>",
        discussion: """
            Example:
              reviewpackctl tenant show $TENANT
            """)

    @Argument(help: .tenant, completion: .tenants)
    var tenant: String

    @OptionGroup var common: CommonOptions

    var subject: String? { "tenant \(tenant)" }

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let response = try await client.tenant(try await client.tenantID(tenant))
            guard let tenant = response.tenant else { return }
            try session.print(TenantViews.one(response, tenant: tenant))
        }
    }
}
