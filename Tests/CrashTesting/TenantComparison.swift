import Domain
import ReviewPackAPI

/// One tenant as the service shows it, against its ledger.
struct TenantComparison {
    /// What stands after the comparison; the uncertain steps that a retry must settle are still in it.
    var ledger: TenantLedger
    private(set) var problems: [String] = []
    /// Events that may be there or not: of steps whose effect cannot be told from its absence.
    private(set) var possible: [TenantLedger.Event] = []
    let view: TenantView
    let limits: Limits

    /// What may have happened beside what clients asked for.
    struct Limits: Sendable {
        /// Whether a prune was ever begun: from then on expired packs may have lost their rows.
        var pruneBegun = false
        /// Whether the clock was ever moved by days: from then on a prune may have removed what is history.
        var clockMoved = false
        /// For what a generation may have failed, beside an interruption.
        var failures: Set<String> = []
    }

    init(_ ledger: TenantLedger, _ view: TenantView, _ limits: Limits) {
        self.ledger = ledger
        self.view = view
        self.limits = limits
    }

    mutating func run() {
        compareExistence()
        if let overview = view.overview, ledger.id != nil {
            compareName(overview)
            compareEvidence(overview)
            compareImportedRuns()
            compareOwnRuns()
            compareRights()
        }
        comparePacks()
        ledger.uncertain.removeAll { !$0.isRepeatable }
        ledger.repeated = []
    }

    mutating func complain(_ text: String) { problems.append("tenant \(ledger.externalID): \(text)") }

    private mutating func compareExistence() {
        switch (ledger.id, view.overview?.tenant) {
        case (nil, nil), (.some, .some): break
        case (nil, let tenant?):
            let names = ledger.uncertain.compactMap { step in if case .create(let name) = step { name } else { nil } }
            guard names.contains(tenant.name) else { return complain("is there, and was never asked for or deleted") }
            ledger.id = tenant.id
            ledger.name = tenant.name
            ledger.note("tenant.create", tenant.id)
        case (let id?, nil):
            guard ledger.uncertain.contains(where: { $0.word == "delete" }) else {
                return complain("is gone")
            }
            // Other steps that were begun went with it.
            ledger.uncertain = []
            ledger.forget()
            ledger.note("tenant.delete", id)
        }
    }

    private mutating func compareName(_ overview: Proto.GetTenantResponse) {
        let begun = ledger.uncertain.compactMap { step in if case .rename(let name) = step { name } else { nil } }
        let name = overview.tenant?.name ?? ""
        let again = ledger.repeated.filter { $0.word == "rename" }
        for _ in begun.map({ _ in () }) + again.map({ _ in () }) where name == ledger.name {
            possible.append(.init(action: "tenant.rename", subject: ledger.id ?? ""))
        }
        if name == ledger.name { return }
        guard begun.contains(name) else { return complain("is named \(name) instead of \(ledger.name)") }
        ledger.name = name
        ledger.note("tenant.rename", ledger.id ?? "")
    }

    private mutating func compareEvidence(_ overview: Proto.GetTenantResponse) {
        let open = overview.findingsByStatus.first { $0.status == "open" }?.findings ?? 0
        var sums: Set<Int64> = [ledger.findings]
        for case .findings(_, let numbers) in ledger.uncertain {
            sums.formUnion(sums.map { $0 + Int64(numbers.count) })
        }
        if !sums.contains(open) { complain("has \(open) findings; \(sums.sorted()) are possible") }

        let report = overview.sources.first { $0.source == "permission_posture" }?.lastRunID
        let begun = ledger.uncertain.compactMap { step in
            if case .report(_, let text) = step { TenantClient.digest(text) } else { nil }
        }
        if report != ledger.report, !begun.contains(report ?? "") {
            complain("has the report \(report ?? "none") instead of \(ledger.report ?? "none")")
        }
        compareHardening(overview)
    }

    /// Settings have no `request_id` to repeat: those that were begun stand, or the ones before them.
    private mutating func compareHardening(_ overview: Proto.GetTenantResponse) {
        let checkedAt = overview.sources.first { $0.source == "hardening" }?.lastRunAt.map { $0.rawValue / 1000 }
        if checkedAt == ledger.hardening { return }
        let begun = ledger.uncertain.compactMap { step in if case .hardening(let time) = step { time } else { nil } }
        guard let checkedAt, begun.contains(checkedAt) else {
            let (shown, known) = (checkedAt.map { "\($0)" } ?? "none", ledger.hardening.map { "\($0)" } ?? "none")
            return complain("has the hardening settings \(shown) instead of \(known)")
        }
        ledger.hardening = checkedAt
        ledger.note("hardening.put", ledger.id ?? "")
    }

    private mutating func comparePacks() {
        let cancelled = Set(
            ledger.uncertain.compactMap { step in if case .cancel(let pack) = step { pack } else { nil } })
        let expired = Set(
            ledger.uncertain.compactMap { step in if case .expire(let pack) = step { pack } else { nil } })
        var unknown = ledger.uncertain.filter { $0.word == "generate" }.count
        var missing = ledger.packs
        for pack in view.packs {
            missing[pack.id] = nil
            if ledger.packs[pack.id] == nil {
                unknown -= 1
                if unknown < 0 || ledger.id == nil { complain("has the pack \(pack.id), which nobody asked for") }
                ledger.packs[pack.id] = .active
            }
            compare(pack, mayBeCancelled: cancelled.contains(pack.id), mayBeExpired: expired.contains(pack.id))
        }
        for (id, known) in missing {
            ledger.packs[id] = nil
            let mayBeGone =
                switch known {
                case .expired, .pastDue: limits.pruneBegun
                case .failed: limits.pruneBegun && limits.clockMoved
                // An expiry that nobody heard of, and then a prune.
                case .ready: limits.pruneBegun && expired.contains(id)
                case .active: false
                }
            if !mayBeGone { complain("has lost the pack \(id), known as \(known)") }
        }
    }

    private mutating func compare(_ pack: Proto.Pack, mayBeCancelled: Bool, mayBeExpired: Bool) {
        let shown = "the pack \(pack.id) is \(pack.status) (\(pack.failureReason ?? "-"))"
        switch (ledger.packs[pack.id] ?? .active, pack.status) {
        case (.active, .ready):
            ledger.packs[pack.id] = .ready(sha256: pack.sha256 ?? [])
            ledger.note("review_pack.complete", pack.id)
        case (.active, .failed):
            if pack.failureReason == "cancelled", mayBeCancelled {
                ledger.note("review_pack.cancel", pack.id)
            } else if pack.failureReason != "interrupted", !limits.failures.contains(pack.failureReason ?? "") {
                complain("\(shown), and was on its way")
            }
            ledger.packs[pack.id] = .failed
            ledger.note("review_pack.fail", pack.id)
        case (.ready(let sha256), .ready):
            if pack.sha256 != sha256 { complain("\(shown), and its digest is another one") }
        case (.ready, .expired):
            if !mayBeExpired { complain("\(shown), and nobody expired it") }
            ledger.packs[pack.id] = .expired
            ledger.tokens[pack.id] = nil
            ledger.note("review_pack.expire", pack.id)
        case (.pastDue, .expired), (.expired, .expired), (.failed, .failed): break
        case (.active, .expired) where limits.clockMoved:
            // It became ready unseen, and its time passed.
            ledger.packs[pack.id] = .pastDue(sha256: pack.sha256 ?? [])
        default: complain("\(shown), and was known as \(ledger.packs[pack.id].map { "\($0)" } ?? "nothing")")
        }
    }
}
