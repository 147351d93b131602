import Domain
import Foundation
import ReviewPackAPI
package import ReviewPackClient

/// Compares a daemon that has just started with what was acknowledged before it ended.
///
/// Every acknowledged change must be there; what was begun must be there whole or not at all, and then its retry with
/// the same `request_id` must do it exactly once. `exports/` must hold the files of ready packs and nothing else.
package struct Verification: Sendable {
    /// Whether the clock was ever moved by days: from then on a prune may have removed failed packs.
    package var clockMoved = false
    /// For what a generation may have failed, beside an interruption: nothing where no fault is injected.
    package var failures: Set<String> = []
    /// The newest audit event that was compared; older ones must never change.
    private var mark: (seq: Int64, hash: [UInt8]) = (0, [])
    /// When the newest prune ended that was compared.
    private var lastPrune: UnixMillis?

    /// Ends of generations that the audit log had before their packs were looked at: one that a retry began goes on
    /// meanwhile.
    private var early: Set<TenantLedger.Event> = []

    package init() {}

    /// Returns the ledgers as they now stand, without uncertain steps. Throws a `Violation` that names everything that
    /// is wrong.
    package mutating func run(
        _ ledgers: [TenantLedger], client: ReviewPackClient, folder: String, readingData: Bool
    ) async throws -> [TenantLedger] {
        var found = Findings()
        let overviews = Dictionary(
            try await client.tenantOverviews().map { ($0.tenant?.externalID ?? "", $0) }, uniquingKeysWith: { $1 })
        let packs = try await client.packs(Proto.ListPacksRequest())
        let limits = TenantComparison.Limits(
            pruneBegun: ledgers.contains(where: \.pruneBegun), clockMoved: clockMoved, failures: failures)
        var slack: [TenantLedger.Event: Int] = [:]
        var settled: [TenantLedger] = []
        for ledger in ledgers {
            let owned = packs.filter { $0.tenantExternalID == ledger.externalID }
            let view = try await TenantView(
                of: ledger.externalID, overview: overviews[ledger.externalID], packs: owned, client: client)
            var comparison = TenantComparison(ledger, view, limits)
            comparison.run()
            found.problems += comparison.problems
            for event in comparison.possible { slack[event, default: 0] += 1 }
            settled.append(comparison.ledger)
        }
        compareFiles(in: folder, packs: packs, ledgers: settled, &found)
        try found.throwIfAny()

        for index in settled.indices {
            let tenant = TenantClient(client, settled[index])
            try await tenant.settleUncertain(adopted: packs)
            settled[index] = tenant.ledger
        }
        try await compareAudit(&settled, slack, client, &found)
        let ready = settled.flatMap(\.ready)
        // Another one each time, the same for the same seed.
        if let pack = ready.isEmpty ? nil : ready[Int(mark.seq) % ready.count],
            let owner = settled.firstIndex(where: { $0.packs[pack.id] != nil })
        {
            let tenant = TenantClient(client, settled[owner])
            try await tenant.download(pack.id)
            settled[owner] = tenant.ledger
        }
        let check = try await client.check(readingData: readingData)
        if !check.sound { found.problems += check.problems.map { "check: \($0.message)" } }
        try found.throwIfAny()
        return settled
    }

    private func compareFiles(
        in folder: String, packs: [Proto.Pack], ledgers: [TenantLedger], _ found: inout Findings
    ) {
        let state = DaemonProcess.state(folder)
        let names = Set((try? FileManager.default.contentsOfDirectory(atPath: state + "/exports")) ?? [])
        let wanted = Set(packs.filter { $0.status == .ready }.map { $0.id + ".zip" })
        let allowed = Set(
            ledgers.flatMap(\.packs).compactMap { id, pack in
                if case .pastDue = pack { id + ".zip" } else { nil }
            })
        for name in wanted.subtracting(names).sorted() { found.problems.append("exports/\(name) is missing") }
        for name in names.subtracting(wanted).subtracting(allowed).sorted() {
            found.problems.append("exports/\(name) belongs to no ready pack")
        }
        let known: Set = [
            "lock", "reserve", "reviewpack.db", "reviewpack.db-wal", "reviewpack.db-shm", "exports", "keys",
        ]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: state)) ?? [] where !known.contains(name) {
            found.problems.append("\(name) was left in the state directory")
        }
    }

    /// Each acknowledged change has its audit event, and no change of a client has two.
    private mutating func compareAudit(
        _ ledgers: inout [TenantLedger], _ slack: [TenantLedger.Event: Int], _ client: ReviewPackClient,
        _ found: inout Findings
    ) async throws {
        var counts: [TenantLedger.Event: Int] = [:]
        var newest = mark
        var reached = mark.seq == 0
        // Newest first.
        var prunes: [UnixMillis?] = []
        var pages = client.auditEvents(Proto.ListAuditEventsRequest(newestFirst: true))
        reading: while let page = try await pages.next() {
            for event in page {
                if newest.seq < event.seq { newest = (event.seq, event.hash) }
                if event.seq == mark.seq {
                    reached = true
                    if event.hash != mark.hash { found.problems.append("the audit event \(event.seq) has changed") }
                    break reading
                }
                if event.seq < mark.seq { break reading }
                if event.action == "system.prune", event.outcome == "ok" { prunes.append(event.at) }
                counts[.init(action: event.action, subject: event.packID ?? event.tenantID ?? ""), default: 0] += 1
            }
        }
        if !reached { found.problems.append("the audit event \(mark.seq) is gone") }
        var wanted: [TenantLedger.Event: Int] = [:]
        for index in ledgers.indices {
            for event in ledgers[index].events { wanted[event, default: 0] += 1 }
            ledgers[index].events = []
        }
        for event in counts.keys where Self.endings.contains(event.action) && wanted[event] == nil {
            early.insert(event)
        }
        for (event, count) in wanted where counts[event, default: 0] < count && early.remove(event) == nil {
            found.problems.append("\(count) times \(event) was acknowledged, the audit log has \(counts[event] ?? 0)")
        }
        for (event, count) in counts where Self.exact.contains(event.action) {
            if count > wanted[event, default: 0] + slack[event, default: 0] {
                found.problems.append(
                    "the audit log has \(event) \(count) times, asked for \(wanted[event] ?? 0) times")
            }
        }
        mark = newest
        if let newest = prunes.first, let newest {
            let since = (prunes.count > 1 ? prunes[1] : lastPrune) ?? .earliest
            try await comparePrune(since, newest, client, &found)
            lastPrune = newest
        }
    }

    /// The run of the newest prune began after the one before it had ended.
    private func comparePrune(
        _ since: UnixMillis, _ until: UnixMillis, _ client: ReviewPackClient, _ found: inout Findings
    ) async throws {
        let last = try await client.schedules().first { $0.name == "prune" }?.lastSuccessAt
        guard let last, last >= since, last <= until else {
            let text = last.map { "\($0)" } ?? "none"
            found.problems.append(
                "the last run of a prune is \(text); one ended at \(until), the one before at \(since)")
            return
        }
    }

    /// What nothing but a client's request makes. (Deleting a tenant cancels what is under way, and prune expires.)
    private static let exact: Set = [
        "tenant.create", "tenant.delete", "tenant.rename", "findings.import", "report.import", "operations.import",
        "scan.record", "review_pack.request", "binding.grant", "binding.revoke", "alert_rule.create",
        "alert_rule.delete",
    ]

    private static let endings: Set = ["review_pack.complete", "review_pack.fail"]

    struct Findings {
        var problems: [String] = []
        func throwIfAny() throws {
            if !problems.isEmpty { throw Violation(problems.joined(separator: "\n")) }
        }
    }
}
