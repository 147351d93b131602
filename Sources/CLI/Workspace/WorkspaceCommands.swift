import ArgumentParser
import Domain
import ReviewPackAPI
import ReviewPackClient

struct WorkspaceCommands: CommandFamily {
    static let configuration = CommandConfiguration(
        commandName: "workspace", abstract: "Workspaces: the owners of tenants.",
        subcommands: [WorkspaceCreateCommand.self, WorkspaceListCommand.self, WorkspaceDeleteCommand.self])
}

struct WorkspaceCreateCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "workspace create",
        abstract: "Create a workspace (administrators).",
        arguments: "<name>",
        discussion: """
            Example:
              reviewpackctl workspace create contoso
            """)

    @Argument(help: "A unique name of 1 to 200 bytes.")
    var name: String

    @OptionGroup var common: CommonOptions

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let workspace = try await client.createWorkspace(name: name)
            try session.print(
                .one(OutputValue(workspace), id: workspace.name, line: "Created workspace \(workspace.name.printable)"))
        }
    }
}

struct WorkspaceListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "workspace list",
        abstract: "List the workspaces where you are a member, also of a single tenant.",
        discussion: """
            Example:
              reviewpackctl workspace list -o json
            """)

    @OptionGroup var common: CommonOptions

    func run(in session: Session) async throws {
        try await session.withClient { client in
            try session.print(
                WorkspaceViews.workspaces(try await client.workspaces()),
                whenEmpty: [
                    "No workspaces yet", "There is none that you are a member of.",
                    "  reviewpackctl workspace create NAME",
                ])
        }
    }
}

struct WorkspaceDeleteCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "workspace delete",
        abstract: "Delete a workspace with all its tenants (administrators).",
        arguments: "<name> [--yes]",
        discussion: """
            Asks for the workspace's name. Evidence, packs and their files go with the
            tenants, generations that run are cancelled. Audit events stay, with ids alone.

            Example:
              reviewpackctl workspace delete contoso
            """)

    @Argument(help: "The workspace's name.", completion: .workspaces)
    var name: String

    @Flag(help: .yes)
    var yes = false

    @OptionGroup var common: CommonOptions

    func run(in session: Session) async throws {
        try await session.withClient { client in
            guard let workspace = try await client.workspaces().first(where: { ExactText($0.name) == ExactText(name) })
            else {
                throw ClientError.fault(
                    Reason.notFound, "you are a member of no workspace with the name \(name.debugDescription)",
                    advice: "`reviewpackctl workspace list` shows those that there are")
            }
            let tenants = try await client.tenants(workspace: name)
            let what = "workspace \(workspace.name.printable)"
            try await session.confirm(
                "This deletes \(what) with \(tenants.count) tenants, their evidence, packs and files.",
                typing: [workspace.name], named: "its name", yes: yes)
            _ = try await client.deleteWorkspace(name: workspace.name)
            try session.print(
                .one(
                    OutputValue(workspace), id: workspace.name, line: "Deleted \(what) with \(tenants.count) tenants"))
        }
    }
}

/// Workspaces for people.
enum WorkspaceViews {
    static func workspaces(_ workspaces: [Proto.Workspace]) -> Rendering {
        .list(
            workspaces.map { OutputValue($0) }, ids: workspaces.map(\.name),
            table: TextTable(
                columns: [.left("NAME"), .left("CREATED")],
                rows: workspaces.map {
                    [StyledText($0.name.printable), StyledText(ValueText.time($0.createdAt))]
                }))
    }
}
