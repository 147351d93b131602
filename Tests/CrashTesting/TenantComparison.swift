import ReviewPackWire

/// One tenant as the service shows it, against its ledger.
struct TenantComparison {
    /// What stands after the comparison; the uncertain steps that a retry must settle are still in it.
    private(set) var ledger: TenantLedger
    private(set) var problems: [String] = []
    /// Events that may be there or not: of steps whose effect cannot be told from its absence.
    private(set) var possible: [TenantLedger.Event] = []
    private let overview: Proto.GetTenantResponse?
    private let packs: [Proto.Pack]
    /// The ids of the imported operation runs.
    private let operations: Set<String>
    private let pruneBegun: Bool
    private let clockMoved: Bool

    init(
        _ ledger: TenantLedger, overview: Proto.GetTenantResponse?, packs: [Proto.Pack], operations: Set<String>,
        pruneBegun: Bool, clockMoved: Bool
    ) {
        self.ledger = ledger
        self.overview = overview
        self.packs = packs
        self.operations = operations
        self.pruneBegun = pruneBegun
        self.clockMoved = clockMoved
    }

    mutating func run() {
        compareExistence()
        if let overview, ledger.id != nil {
            compareName(overview)
            compareEvidence(overview)
            compareOperations()
        }
        comparePacks()
        ledger.uncertain.removeAll { !$0.isRepeatable }
    }

    private mutating func complain(_ text: String) { problems.append("tenant \(ledger.externalID): \(text)") }

    private mutating func compareExistence() {
        switch (ledger.id, overview?.tenant) {
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
        for _ in begun where name == ledger.name {
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

    private mutating func compareOperations() {
        var begun: Set<String> = []
        for case .operations(_, let ids, _) in ledger.uncertain {
            let there = operations.intersection(ids)
            if !there.isEmpty, there.count < ids.count {
                complain("has \(there.count) of \(ids.count) runs of one import")
            }
            begun.formUnion(ids)
        }
        let unknown = operations.subtracting(ledger.operations).subtracting(begun)
        if !unknown.isEmpty { complain("has the operation runs \(unknown.sorted()), which nobody imported") }
        // Past their time a prune takes them; what is left of them is known from then on.
        let missing = ledger.operations.subtracting(operations)
        if !missing.isEmpty, !(pruneBegun && clockMoved) { complain("has lost the operation runs \(missing.sorted())") }
        ledger.operations.subtract(missing)
    }

    private mutating func comparePacks() {
        let cancelled = Set(
            ledger.uncertain.compactMap { step in if case .cancel(let pack) = step { pack } else { nil } })
        let expired = Set(
            ledger.uncertain.compactMap { step in if case .expire(let pack) = step { pack } else { nil } })
        var unknown = ledger.uncertain.filter { $0.word == "generate" }.count
        var missing = ledger.packs
        for pack in packs {
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
                case .expired, .pastDue: pruneBegun
                case .failed: pruneBegun && clockMoved
                // An expiry that nobody heard of, and then a prune.
                case .ready: pruneBegun && expired.contains(id)
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
            } else if pack.failureReason != "interrupted", !toleratedReasons.contains(pack.failureReason ?? "") {
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
        case (.active, .expired) where clockMoved:
            // It became ready unseen, and its time passed.
            ledger.packs[pack.id] = .pastDue(sha256: pack.sha256 ?? [])
        default: complain("\(shown), and was known as \(ledger.packs[pack.id].map { "\($0)" } ?? "nothing")")
        }
    }

    /// Under injected faults a generation may also fail for the fault's own reason.
    private var toleratedReasons: Set<String> { ["superseded", "io_error", "storage_full", "internal"] }
}

extension Step {
    /// Whether a retry with the same `request_id` settles it.
    var isRepeatable: Bool {
        switch self {
        case .findings, .report, .operations, .generate: true
        default: false
        }
    }
}

extension TenantClient {
    /// Repeats what was begun with a `request_id`: it must then be done, and once.
    func settleUncertain(adopted packs: [Proto.Pack]) async throws {
        var settled = ledger
        let steps = settled.uncertain
        settled.uncertain = []
        for step in steps {
            switch step {
            case .findings(let requestID, let numbers):
                _ = try await importFindings(requestID, numbers)
                settled.findings += Int64(numbers.count)
                settled.note("findings.import", settled.id ?? "")
                let overview = try await client.tenant(settled.externalID)
                let open = overview.findingsByStatus.first { $0.status == "open" }?.findings ?? 0
                guard steps.count > 1 || open == settled.findings else {
                    throw Violation("a repeated import left \(open) findings instead of \(settled.findings)")
                }
            case .report(let requestID, let text):
                try await importReport(requestID, text)
                settled.report = Self.digest(text)
                settled.note("report.import", settled.id ?? "")
            case .operations(let requestID, let ids, let time):
                try await importOperations(requestID, ids, time)
                settled.operations.formUnion(ids)
                settled.note("operations.import", settled.id ?? "")
            case .generate(let requestID, let includePII):
                let answer = try await client.generate(
                    Proto.GenerateRequest(tenant: settled.externalID, includePII: includePII, requestID: requestID))
                guard answer.outcome == .created, let pack = answer.pack else { continue }
                let isAdopted = packs.contains { $0.id == pack.id }
                if !isAdopted { settled.packs[pack.id] = .active }
                settled.note("review_pack.request", pack.id)
            default: break
            }
        }
        replace(settled)
    }
}
