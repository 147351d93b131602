import ArgumentParser
import Domain
import ReviewPackAPI
import ReviewPackClient

struct AlertRuleCommands: CommandFamily {
    static let configuration = CommandConfiguration(
        commandName: "alert-rule", abstract: "Alert rules: who else is notified of what happens to a tenant.",
        subcommands: [
            AlertRuleEventsCommand.self, AlertRuleCreateCommand.self, AlertRuleListCommand.self,
            AlertRuleDeleteCommand.self,
        ])
}

/// Whose events a rule is about: exactly one of two.
struct RuleScopeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Of all tenants of this workspace.", valueName: "name"), completion: .workspaces)
    var workspace: String?

    @Option(help: ArgumentHelp("Of this tenant.", valueName: "guid"), completion: .tenants)
    var tenant: String?

    func validate() throws {
        guard (workspace == nil) != (tenant == nil) else {
            throw ValidationError("give exactly one of --workspace and --tenant")
        }
    }

    func target(_ client: ReviewPackClient) async throws(ClientError) -> Proto.BindingTarget.Kind {
        if let tenant { return .tenant(try await client.tenantID(tenant)) }
        return .workspace(workspace ?? "")
    }
}

struct AlertRuleEventsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "alert-rule events",
        abstract: "List the events that a rule can be made for.",
        discussion: """
            Example:
              reviewpackctl alert-rule events
            """)

    @OptionGroup var common: CommonOptions

    func run(in session: Session) async throws {
        try await session.withClient { client in
            try session.print(AlertRuleViews.events(try await client.alertEvents()))
        }
    }
}

struct AlertRuleCreateCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "alert-rule create",
        abstract: "Notify somebody of an event from now on.",
        arguments: """
            --event <event> (--workspace <name> | --tenant <guid>) \
            (--user <name> | --group <name> | --subject <text>)
            """,
        discussion: """
            Example:
              reviewpackctl alert-rule create --event review_pack.failed \\
                --workspace contoso --group auditors
            """)

    @Option(
        help: ArgumentHelp("One of those that `alert-rule events` lists.", valueName: "event"), completion: .alertEvents
    )
    var event: String

    @OptionGroup var scope: RuleScopeOptions
    @OptionGroup var who: PrincipalOptions
    @OptionGroup var common: CommonOptions

    func run(in session: Session) async throws {
        let receiver = try who.principal(session.context.accounts)
        try await session.withClient { client in
            let rule = try await client.createAlertRule(
                event: event, in: try await scope.target(client), receiver: receiver)
            try session.print(AlertRuleViews.created(rule, accounts: session.context.accounts))
        }
    }
}

struct AlertRuleListCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "alert-rule list",
        abstract: "List the alert rules of a workspace or of a tenant.",
        arguments: "(--workspace <name> | --tenant <guid>)",
        discussion: """
            A tenant's list does not repeat the rules of its workspace.

            Example:
              reviewpackctl alert-rule list --workspace contoso
            """)

    @OptionGroup var scope: RuleScopeOptions
    @OptionGroup var common: CommonOptions

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let rules = try await client.alertRules(in: try await scope.target(client))
            try session.print(
                AlertRuleViews.list(rules, accounts: session.context.accounts),
                whenEmpty: [
                    "No alert rules yet", "Only those who ask for a pack are notified.",
                    "  reviewpackctl alert-rule create --event EVENT --workspace NAME --user NAME",
                ])
        }
    }
}

struct AlertRuleDeleteCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "alert-rule delete",
        abstract: "Delete an alert rule.",
        arguments: "<rule>",
        discussion: """
            Example:
              reviewpackctl alert-rule delete 01a1b2c3-d4e5-7f60-8a9b-0c1d2e3f4a5b
            """)

    @Argument(
        help: ArgumentHelp("The rule's id, as `alert-rule list` prints it.", valueName: "rule"), completion: .alertRules
    )
    var rule: String

    @OptionGroup var common: CommonOptions

    func run(in session: Session) async throws {
        guard let id = AlertRuleID(rule)?.description else {
            throw ClientError.usage(
                "\(rule.debugDescription) is no id of an alert rule",
                advice: "give the whole UUID; `reviewpackctl alert-rule list` prints them")
        }
        try await session.withClient { client in
            try await client.deleteAlertRule(id)
            try session.print(.one(.fields(["id": .string(id)]), id: id, line: "Deleted alert rule \(id)"))
        }
    }
}

/// Alert rules for people.
enum AlertRuleViews {
    static func events(_ events: [Proto.AlertEvent]) -> Rendering {
        .list(
            events.map { OutputValue($0) }, ids: events.map(\.event),
            table: TextTable(
                columns: [.left("EVENT"), .left("WHEN")],
                rows: events.map { [StyledText($0.event.printable), StyledText($0.description.printable)] }))
    }

    static func list(_ rules: [Proto.AlertRule], accounts: AccountDatabase) -> Rendering {
        .list(
            rules.map { OutputValue($0) }, ids: rules.map(\.id),
            table: TextTable(
                columns: [
                    .left("ID"), .left("EVENT"), .left("OF"), .left("NOTIFIES"), .left("CREATED"), .left("BY"),
                ],
                rows: rules.map {
                    [
                        // Rules cannot be found by a part of their id, so the whole one is shown.
                        StyledText($0.id.printable), StyledText($0.event.printable),
                        StyledText(ValueText.target($0.target).printable),
                        StyledText(ValueText.principal($0.receiver, accounts: accounts).printable),
                        StyledText(ValueText.time($0.createdAt)), StyledText($0.createdBy.printable),
                    ]
                }))
    }

    static func created(_ rule: Proto.AlertRule, accounts: AccountDatabase) -> Rendering {
        let receiver = ValueText.principal(rule.receiver, accounts: accounts)
        let sentence = "\(rule.event) of \(ValueText.target(rule.target)) notifies \(receiver)"
        return .one(
            OutputValue(rule), id: rule.id, line: "Alert rule \(rule.id.printable): \(sentence.printable)")
    }
}
