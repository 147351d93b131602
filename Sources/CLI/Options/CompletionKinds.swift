import ArgumentParser
import Domain
import ReviewPackAPI
import ReviewPackClient

/// The completions of the arguments that commands share.
extension CompletionKind {
    /// How many workspaces and tenants are asked for what only they list; more would not be done in time.
    private static let scopes = 16

    /// Ids of packs, newest first; of these statuses, or of any.
    static func packs(_ statuses: Proto.PackStatus...) -> CompletionKind {
        LiveCompletion.kind { client, line in try await packs(statuses, line, client) }
    }

    /// What `download` takes: a ready pack, or with `--latest` a tenant.
    static let packOrTenant = LiveCompletion.kind { client, line in
        guard line.has("--latest") else { return try await packs([.ready], line, client) }
        return try await client.tenants(limit: LiveCompletion.limit).map(\.externalID)
    }

    static let tenants = LiveCompletion.kind { client, _ in
        try await client.tenants(limit: LiveCompletion.limit).map(\.externalID)
    }

    static let workspaces = LiveCompletion.kind { client, _ in
        try await client.workspaces(limit: LiveCompletion.limit).map(\.name)
    }

    static let unreadNotifications = LiveCompletion.kind { client, _ in
        try await client.notifications(unreadOnly: true, limit: LiveCompletion.limit).map(\.id)
    }

    static let alertEvents = LiveCompletion.kind { client, _ in try await client.alertEvents().map(\.event) }

    /// The newest operation runs of each tenant.
    static let operationRuns = LiveCompletion.kind { client, _ in
        let tenants = try await client.tenants(limit: scopes).map(\.externalID)
        return try await all(tenants) { tenant in
            try await client.operations(tenant: tenant, limit: LiveCompletion.limit / scopes).map(\.id)
        }
    }

    static let alertRules = LiveCompletion.kind { client, _ in
        let workspaces = try await client.workspaces(limit: scopes).map { Proto.BindingTarget.Kind.workspace($0.name) }
        let tenants = try await client.tenants(limit: scopes).map { Proto.BindingTarget.Kind.tenant($0.externalID) }
        return try await all(workspaces + tenants) { target in
            try await client.alertRules(in: target, limit: LiveCompletion.limit / scopes).map(\.id)
        }
    }

    static let operationTypes = CompletionKind.list(OperationType.known.map(\.rawValue))

    static let packStatuses = CompletionKind.custom { (words: [String], index: Int, _: String) in
        StatusList.candidates(after: CompletionLine(words: words, index: index).current)
    }

    private static func packs(
        _ statuses: [Proto.PackStatus], _ line: CompletionLine, _ client: ReviewPackClient
    ) async throws -> [String] {
        var request = Proto.ListPacksRequest(statuses: statuses)
        // Enough digits for the service to look for the rest: also of a pack that is not among the newest.
        if case .part(let digits)? = try? IDReference(line.current, of: "pack") { request.idPart = digits }
        return try await client.packs(request, limit: LiveCompletion.limit).map(\.id)
    }

    /// What each scope lists, in order; one that may not be read is passed over.
    private static func all<Scope: Sendable>(
        _ scopes: [Scope], _ list: @escaping @Sendable (Scope) async throws -> [String]
    ) async throws -> [String] {
        try await withThrowingTaskGroup(of: (Int, [String]).self) { group in
            for (position, scope) in scopes.enumerated() {
                group.addTask { (position, (try? await list(scope)) ?? []) }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.flatMap(\.1)
        }
    }
}
