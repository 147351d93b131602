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

/// The binding that `grant` makes and `revoke` takes away, less its role.
struct BindingOptions: ParsableArguments {
    static let usage = """
        (--workspace <name> | --tenant <guid> | --system) (--user <name> | --group <name> | --subject <text>)
        """

    @OptionGroup var scope: ScopeOptions
    @OptionGroup var who: PrincipalOptions
}

struct MemberGrantCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "member grant",
        abstract: "Give a user, a group or a subject a role.",
        arguments: "\(BindingOptions.usage) --role <role>",
        discussion: """
            Roles: viewer sees and downloads packs, manager also generates and expires,
            collector imports, owner does all.

            Example:
              reviewpackctl member grant --workspace contoso --group auditors --role viewer
            """)

    @OptionGroup var binding: BindingOptions

    @Option(help: "The role to give.")
    var role: RoleArgument

    @OptionGroup var common: CommonOptions

    var subject: String? { binding.scope.name }

    func run(in session: Session) async throws {
        let principal = try binding.who.principal(session.context.accounts)
        try await session.withClient { client in
            let response = try await client.grant(role.wire, to: principal, in: try await binding.scope.target(client))
            guard let binding = response.binding else { return }
            let done = response.created ? "Granted" : "Was granted already:"
            try session.print(
                MemberViews.changed(OutputValue(response), binding, accounts: session.context.accounts) {
                    "\(done) \(role.rawValue) in \($0) to \($1)"
                })
        }
    }
}

struct MemberRevokeCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "member revoke",
        abstract: "Take a role away; it holds from the next request on.",
        arguments: "\(BindingOptions.usage) --role <role>",
        discussion: """
            Example:
              reviewpackctl member revoke --workspace contoso --group auditors --role viewer
            """)

    @OptionGroup var binding: BindingOptions

    @Option(help: "The role to take away.")
    var role: RoleArgument

    @OptionGroup var common: CommonOptions

    var subject: String? { binding.scope.name }

    func run(in session: Session) async throws {
        let principal = try binding.who.principal(session.context.accounts)
        try await session.withClient { client in
            let revoked = try await client.revoke(
                role.wire, from: principal, in: try await binding.scope.target(client))
            try session.print(
                MemberViews.changed(OutputValue(revoked), revoked, accounts: session.context.accounts) {
                    "Revoked \(role.rawValue) in \($0) from \($1)"
                })
        }
    }
}

struct MemberListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "member list",
        abstract: "List the role bindings of a workspace, a tenant or the system.",
        arguments: "(--workspace <name> | --tenant <guid> | --system)",
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
    /// What was done to a binding, as a sentence of where it holds and whom it names.
    static func changed(
        _ value: OutputValue, _ binding: Proto.RoleBinding, accounts: AccountDatabase,
        sentence: (_ target: String, _ principal: String) -> String
    ) -> Rendering {
        .one(
            value, id: ValueText.principal(binding.principal, accounts: nil),
            line: sentence(
                ValueText.target(binding.target), ValueText.principal(binding.principal, accounts: accounts)
            ).printable)
    }

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
