import ArgumentParser
import Domain
import ReviewPackAPI
import ReviewPackClient

struct MemberCommands: CommandFamily {
    static let configuration = CommandConfiguration(
        commandName: "member", abstract: "Members: who may do what in a workspace, a tenant or the whole system.",
        subcommands: [MemberGrantCommand.self, MemberRevokeCommand.self, MemberListCommand.self])
}

/// Where a binding holds: exactly one of three.
struct ScopeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("In this workspace and all its tenants.", valueName: "name"), completion: .workspaces)
    var workspace: String?

    @Option(help: ArgumentHelp("In this tenant.", valueName: "guid"), completion: .tenants)
    var tenant: String?

    @Flag(help: "In the whole system (roles pruner and delegate).")
    var system = false

    func validate() throws {
        let given = (workspace == nil ? 0 : 1) + (tenant == nil ? 0 : 1) + (system ? 1 : 0)
        guard given == 1 else { throw ValidationError("give exactly one of --workspace, --tenant and --system") }
    }

    /// How an error or a hint names it.
    var name: String { workspace.map { "workspace \($0)" } ?? tenant.map { "tenant \($0)" } ?? "the system" }

    /// The options that name it again.
    var options: String { workspace.map { "--workspace \($0)" } ?? tenant.map { "--tenant \($0)" } ?? "--system" }

    func target(_ client: ReviewPackClient) async throws(ClientError) -> Proto.BindingTarget.Kind {
        if let workspace { return .workspace(workspace) }
        if let tenant { return .tenant(try await client.tenantID(tenant)) }
        return .system(true)
    }
}

struct MemberGrantCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant",
        abstract: "Give a user, a group or a subject a role.",
        usage: """
            reviewpackctl member grant (--workspace <name> | --tenant <guid> | --system) (--user <name> | --group <name> | --subject <text>) --role <role>
            """,
        discussion: """
            Roles: viewer sees and downloads packs, manager also generates and expires,
            collector imports, owner does all.

            Example:
              reviewpackctl member grant --workspace contoso --group auditors --role viewer
            """)

    @OptionGroup var scope: ScopeOptions
    @OptionGroup var who: PrincipalOptions

    @Option(help: "The role to give.")
    var role: RoleArgument

    @OptionGroup var common: CommonOptions

    var subject: String? { scope.name }

    func run(in session: Session) async throws {
        let principal = try who.principal(session.context.accounts)
        try await session.withClient { client in
            let response = try await client.grant(role.wire, to: principal, in: try await scope.target(client))
            guard let binding = response.binding else { return }
            let name = ValueText.principal(binding.principal, accounts: session.context.accounts)
            let sentence =
                "\(response.created ? "Granted" : "Was granted already:") \(role.rawValue) "
                + "in \(ValueText.target(binding.target)) to \(name)"
            try session.print(
                .one(
                    OutputValue(response), id: ValueText.principal(binding.principal, accounts: nil),
                    line: sentence.printable))
        }
    }
}

struct MemberRevokeCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Take a role away; it holds from the next request on.",
        usage: """
            reviewpackctl member revoke (--workspace <name> | --tenant <guid> | --system) (--user <name> | --group <name> | --subject <text>) --role <role>
            """,
        discussion: """
            Example:
              reviewpackctl member revoke --workspace contoso --group auditors --role viewer
            """)

    @OptionGroup var scope: ScopeOptions
    @OptionGroup var who: PrincipalOptions

    @Option(help: "The role to take away.")
    var role: RoleArgument

    @OptionGroup var common: CommonOptions

    var subject: String? { scope.name }

    func run(in session: Session) async throws {
        let principal = try who.principal(session.context.accounts)
        try await session.withClient { client in
            let target = try await scope.target(client)
            let binding = try await client.revoke(role.wire, from: principal, in: target)
            let name = ValueText.principal(binding.principal, accounts: session.context.accounts)
            try session.print(
                .one(
                    OutputValue(binding), id: ValueText.principal(binding.principal, accounts: nil),
                    line: "Revoked \(role.rawValue) in \(ValueText.target(binding.target)) from \(name)".printable)
            )
        }
    }
}

struct MemberListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the role bindings of a workspace, a tenant or the system.",
        usage: "reviewpackctl member list (--workspace <name> | --tenant <guid> | --system)",
        discussion: """
            Example:
              reviewpackctl member list --tenant $TENANT
            """)

    @OptionGroup var scope: ScopeOptions
    @OptionGroup var common: CommonOptions

    var subject: String? { scope.name }

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let bindings = try await client.roleBindings(in: try await scope.target(client))
            try session.print(
                MemberViews.bindings(bindings, accounts: session.context.accounts),
                whenEmpty: [
                    "No members yet", "No role is bound to \(scope.name.printable) itself.",
                    "  reviewpackctl member grant \(scope.options.printable) --user NAME --role "
                        + (scope.system ? "pruner" : "viewer"),
                ])
        }
    }
}

enum RoleArgument: String, CaseIterable, ExpressibleByArgument, Sendable {
    case viewer, manager, collector, owner, pruner, delegate

    var wire: Proto.Role {
        switch self {
        case .viewer: .viewer
        case .manager: .manager
        case .collector: .collector
        case .owner: .owner
        case .pruner: .pruner
        case .delegate: .delegate
        }
    }
}

/// Role bindings for people.
enum MemberViews {
    static func bindings(_ bindings: [Proto.RoleBinding], accounts: AccountDatabase) -> Rendering {
        .list(
            bindings.map { OutputValue($0) }, ids: bindings.map { ValueText.principal($0.principal, accounts: nil) },
            table: TextTable(
                columns: [.left("PRINCIPAL"), .left("ROLE"), .left("SCOPE"), .left("GRANTED"), .left("BY")],
                rows: bindings.map {
                    [
                        StyledText(ValueText.principal($0.principal, accounts: accounts).printable),
                        StyledText($0.role.word ?? "unknown"), StyledText(ValueText.target($0.target).printable),
                        StyledText(ValueText.time($0.createdAt)),
                        StyledText(ValueText.initiator($0.createdBy, accounts: accounts).printable),
                    ]
                }))
    }
}
