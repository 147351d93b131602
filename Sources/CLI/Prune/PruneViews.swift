import Domain
import ReviewPackAPI

/// What a prune did, or would do, for people.
enum PruneViews {
    /// The one line of a prune; it counts packs alone, JSON has the history too.
    static func line(_ response: Proto.PruneResponse) -> String {
        "\(response.expired) packs expired, \(response.deleted) packs hard-deleted"
    }

    /// What goes that is no pack of the plan; nil when that is nothing.
    static func history(_ response: Proto.PruneResponse) -> String? {
        let counts = [
            (response.operationRunsRemoved, "operation runs"), (response.notificationsRemoved, "notifications"),
            (response.reportsRemoved, "reports"), (response.failedPacksRemoved, "failed packs"),
            (response.findingsRemoved, "findings"),
        ].filter { $0.0 > 0 }
        return counts.isEmpty ? nil : counts.map { "\($0) \($1)" }.joined(separator: ", ")
    }

    static func done(_ response: Proto.PruneResponse) -> Rendering {
        let line = line(response)
        // No ids: what was done concerns packs that may have no record any more.
        return Rendering(text: { _ in line + "\n" }, value: OutputValue(response), ids: [])
    }

    static func plan(_ response: Proto.PruneResponse) -> Rendering {
        let table = TextTable(
            columns: [.left("ID"), .left("ACTION"), .left("TENANT"), .left("SINCE")],
            rows: response.plan.map { pack in
                [
                    StyledText(shortID(pack.id).printable), StyledText(pack.action.printable),
                    StyledText(pack.tenantExternalID.printable), StyledText(PackViews.time(pack.since)),
                ]
            })
        return Rendering(
            text: { table.rendered(colour: $0) }, value: OutputValue(response), ids: response.plan.map(\.id))
    }
}
