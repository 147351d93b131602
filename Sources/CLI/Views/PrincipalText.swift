import Domain
import ReviewPackAPI

/// Workspaces, role bindings and the caller for people.
enum DirectoryViews {
    static func workspaces(_ workspaces: [Proto.Workspace]) -> Rendering {
        .list(
            workspaces.map { OutputValue($0) }, ids: workspaces.map(\.name),
            table: TextTable(
                columns: [.left("NAME"), .left("CREATED")],
                rows: workspaces.map {
                    [StyledText($0.name.printable), StyledText(PackViews.time($0.createdAt))]
                }))
    }

    static func bindings(_ bindings: [Proto.RoleBinding], accounts: AccountDatabase) -> Rendering {
        .list(
            bindings.map { OutputValue($0) }, ids: bindings.map { principal($0.principal, accounts: nil) },
            table: TextTable(
                columns: [.left("PRINCIPAL"), .left("ROLE"), .left("SCOPE"), .left("GRANTED"), .left("BY")],
                rows: bindings.map {
                    [
                        StyledText(principal($0.principal, accounts: accounts).printable),
                        StyledText($0.role.word ?? "unknown"), StyledText(target($0.target).printable),
                        StyledText(PackViews.time($0.createdAt)),
                        StyledText(initiator($0.createdBy, accounts: accounts).printable),
                    ]
                }))
    }

    /// `user:alice`, `group:ops`, `subject:text`; numbers where this machine has no name for them.
    static func principal(_ principal: Proto.Principal?, accounts: AccountDatabase?) -> String {
        switch principal?.kind {
        case .uid(let uid)?: accounts?.userName(uid).map { "user:\($0)" } ?? "uid:\(uid)"
        case .gid(let gid)?: accounts?.groupName(gid).map { "group:\($0)" } ?? "gid:\(gid)"
        case .subject(let subject)?: "subject:\(subject)"
        case nil: "unknown"
        }
    }

    /// `user:alice` for the `uid:1000` of an initiator; the text as it is where this machine has no name for it.
    static func initiator(_ text: String, accounts: AccountDatabase) -> String {
        guard text.hasPrefix("uid:"), let uid = UInt32(text.dropFirst("uid:".count)) else { return text }
        return principal(Proto.Principal(kind: .uid(uid)), accounts: accounts)
    }

    static func target(_ target: Proto.BindingTarget?) -> String {
        switch target?.kind {
        case .workspace(let name)?: "workspace \(name)"
        case .tenant(let id)?: "tenant \(id)"
        case .system?: "system"
        case nil: "unknown"
        }
    }

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
            roles.add(
                (binding.role.word ?? "unknown"),
                "\(target(binding.target)), as \(principal(binding.principal, accounts: accounts))".printable)
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
