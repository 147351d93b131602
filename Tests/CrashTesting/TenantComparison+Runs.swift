import Domain
import ReviewPackAPI

/// Operation runs: those that were imported, those that imports and scans left, and those of packs.
extension TenantComparison {
    mutating func compareImportedRuns() {
        let shown = Set(view.operations.lazy.filter { $0.type == TenantClient.operationType }.map(\.id))
        var begun: Set<String> = []
        for case .operations(_, let ids, _) in ledger.uncertain {
            let there = shown.intersection(ids)
            if !there.isEmpty, there.count < ids.count {
                complain("has \(there.count) of \(ids.count) runs of one import")
            }
            begun.formUnion(ids)
        }
        let unknown = shown.subtracting(ledger.operations).subtracting(begun)
        if !unknown.isEmpty { complain("has the operation runs \(unknown.sorted()), which nobody imported") }
        // What is left of them is known from then on.
        let missing = ledger.operations.subtracting(shown)
        if !missing.isEmpty, !mayBeHistory { complain("has lost the operation runs \(missing.sorted())") }
        ledger.operations.subtract(missing)
    }

    /// Past their time a prune takes runs that belong to no pack.
    private var mayBeHistory: Bool { limits.pruneBegun && limits.clockMoved }

    /// Each acknowledged import and scan has its run, and each pack; there are no others.
    mutating func compareOwnRuns() {
        var shown = Dictionary(view.operations.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        for id in shown.keys where shown[id]?.type == TenantClient.operationType { shown[id] = nil }
        for pack in view.packs { compareRun(of: pack, shown.removeValue(forKey: pack.operationRunID ?? "")) }
        for (id, type) in ledger.runs {
            guard let run = shown.removeValue(forKey: id) else {
                ledger.runs[id] = nil
                if !mayBeHistory { complain("has lost the run \(id), \(type)") }
                continue
            }
            if run.type != type || !run.hasSucceeded { complain("has \(run.summary), which was to be \(type)") }
        }
        var begun = (ledger.uncertain + ledger.repeated).compactMap { $0.run?.rawValue }
        for (id, run) in shown {
            guard let index = begun.firstIndex(of: run.type), run.hasSucceeded else {
                complain("has \(run.summary), which nobody asked for")
                continue
            }
            begun.remove(at: index)
            ledger.runs[id] = run.type
        }
    }

    private mutating func compareRun(of pack: Proto.Pack, _ run: Proto.OperationRun?) {
        guard let run else { return complain("has the pack \(pack.id) without its run") }
        let outcome: Proto.OperationOutcome? =
            switch pack.status {
            case .ready, .expired: .succeeded
            case .failed: .failed
            default: nil
            }
        guard let outcome else { return }
        if run.type != OperationType.generateReviewPack.rawValue || run.status != .completed || run.outcome != outcome
            || run.reasonCode != pack.failureReason
        {
            complain("the pack \(pack.id) is \(pack.status) (\(pack.failureReason ?? "-")), and its run \(run.summary)")
        }
    }
}

extension Proto.OperationRun {
    fileprivate var hasSucceeded: Bool { status == .completed && outcome == .succeeded && reasonCode == nil }

    fileprivate var summary: String { "\(id), \(type): \(status), \(outcome) (\(reasonCode ?? "-"))" }
}
