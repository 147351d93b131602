import ArgumentParser
import Domain
import ReviewPackAPI
import ReviewPackClient

// What leaves takes everything with it, so a person types its name; a script says --yes.

struct TenantRenameCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "tenant rename",
        abstract: "Give a tenant another name; its packs and their fingerprints stay.",
        arguments: "<tenant> <name>",
        discussion: """
            Example:
              reviewpackctl tenant rename $TENANT "Contoso AG"
            """)

    @Argument(help: .tenant, completion: .tenants)
    var tenant: String

    @Argument(help: "The name that people see from now on.")
    var name: String

    @OptionGroup var common: CommonOptions

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let renamed = try await client.renameTenant(try await client.tenantID(tenant), to: name)
            try session.print(
                .one(
                    OutputValue(renamed), id: renamed.externalID,
                    line: "Renamed tenant \(renamed.externalID.printable) to \(renamed.name.printable)"))
        }
    }
}

struct TenantDeleteCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "tenant delete",
        abstract: "Delete a tenant with its evidence, its packs and their files.",
        arguments: "<tenant> [--yes]",
        discussion: """
            Asks for the tenant's name or GUID. A generation that runs is cancelled. Audit
            events stay, with ids alone.

            Example:
              reviewpackctl tenant delete $TENANT
            """)

    @Argument(help: .tenant, completion: .tenants)
    var tenant: String

    @Flag(help: .yes)
    var yes = false

    @OptionGroup var common: CommonOptions

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let response = try await client.tenant(try await client.tenantID(tenant))
            guard let tenant = response.tenant else { return }
            let packs = try await client.packs(Proto.ListPacksRequest(tenant: tenant.externalID))
            let findings = response.findingsByStatus.map(\.findings).reduce(Int64(0)) { $0.addingClamped($1) }
            let what = "tenant \(tenant.externalID.printable) (\(tenant.name.printable))"
            let contents = "\(findings) findings and \(packs.count) packs"
            try await session.confirm(
                "This deletes \(what) with \(contents) and their files.", typing: [tenant.name, tenant.externalID],
                named: "its name or GUID", yes: yes)
            _ = try await client.deleteTenant(tenant.externalID)
            try session.print(
                .one(OutputValue(tenant), id: tenant.externalID, line: "Deleted \(what) with \(contents)"))
        }
    }
}
