import ReviewPackClient

/// The same changes in the same order, one of each kind and more: what faults and power losses are tried on.
struct Scenario {
    /// Takes a step, in the way that its user wants it taken.
    typealias Take = (TenantClient, Step) async throws -> Void

    private var generator: SeededGenerator
    private let take: Take

    init(seed: UInt64, take: @escaping Take) {
        generator = SeededGenerator(seed: seed)
        self.take = take
    }

    /// What happens before the tenants' first start ends: their workspace, and they themselves.
    mutating func begin(_ tenant: TenantClient, _ other: TenantClient) async throws {
        try await take(tenant, .create(name: "First"))
        try await take(other, .create(name: "Second"))
        try await take(other, .findings(requestID: generator.uuid(), numbers: 0..<40))
        try await generate(other)
    }

    mutating func go(_ tenant: TenantClient, _ other: TenantClient, _ system: TenantClient) async throws {
        try await take(tenant, .findings(requestID: generator.uuid(), numbers: 0..<7))
        try await take(tenant, .report(requestID: generator.uuid(), text: #"{"applications":[]}"#))
        try await take(tenant, .operations(requestID: generator.uuid(), ids: [generator.uuid(), generator.uuid()]))
        try await take(tenant, .hardening(checkedAt: 1_767_225_600))
        try await take(tenant, .scan(requestID: generator.uuid(), at: tenant.ledger.now))
        for subject in ["first", "second"] { try await take(tenant, .grant(subject)) }
        for receiver in ["first", "second"] { try await take(tenant, .createRule(receiver)) }
        try await take(tenant, .revoke("first"))
        try await take(tenant, .deleteRule("first"))
        try await take(tenant, .forgedToken)
        try await generate(tenant)
        for pack in tenant.ledger.readyPacks {
            try await take(tenant, .token(pack))
            try await take(tenant, .download(pack))
        }
        try await take(tenant, .rename("Renamed"))
        for pack in tenant.ledger.readyPacks { try await take(tenant, .expire(pack)) }
        // Right after, because it finishes an expiry that failed half-way.
        try await take(system, .prune)
        try await take(system, .backup)
        try await take(other, .delete)
        try await take(tenant, .findings(requestID: generator.uuid(), numbers: 7..<12))
        try await generate(tenant)
        try await take(system, .prune)
        try await take(tenant, .rename("Renamed again"))
    }

    /// A pack to its end; one that failed is asked for once more.
    private mutating func generate(_ tenant: TenantClient) async throws {
        for _ in 0..<2 where tenant.ledger.readyPacks.isEmpty {
            try await take(tenant, .generate(requestID: generator.uuid(), includePII: true))
            for pack in tenant.ledger.activePacks { try await take(tenant, .watch(pack)) }
        }
    }
}
