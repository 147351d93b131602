import Domain

/// The small sequential service that a history must be explained by.
///
/// The order of the commits is known, so a history is explained when every commit is a legal step of the model, and
/// every answer is what the model says at some instant within its call.
struct HistoryModel {
    let changes: [History.Change]
    let calls: [History.Call]
    let facts: [PackID: History.Facts]
    /// The packs whose rows are not there at the end.
    let removed: Set<PackID>

    /// Everything that the model cannot explain.
    var complaints: [String] {
        illegalChanges + changes.compactMap(illegalFailure) + calls.compactMap(complaint) + illegalRemovals
    }

    // MARK: Commits

    private var illegalChanges: [String] {
        var found: [String] = []
        var status: [PackID: PackStatus] = [:]
        var tenant: [PackID: TenantID] = [:]
        for change in changes {
            let before = status[change.pack]
            if !Self.isLegal(before, change.status) {
                found.append(
                    "\(change.at): \(change.pack) went from \(before.map { "\($0)" } ?? "nothing") to \(change.status)")
            }
            status[change.pack] = change.status
            tenant[change.pack] = change.tenant
            let ofTenant = status.filter { tenant[$0.key] == change.tenant }
            if ofTenant.values.filter({ $0 == .queued || $0 == .generating }).count > 1 {
                found.append("\(change.at): two generations of one tenant are under way")
            }
            let ready = ofTenant.filter { $0.value == .ready }.compactMap { facts[$0.key]?.fingerprint }
            if Set(ready).count < ready.count {
                found.append("\(change.at): two ready packs of one tenant hold the same evidence")
            }
        }
        return found
    }

    private static func isLegal(_ before: PackStatus?, _ after: PackStatus) -> Bool {
        switch (before, after) {
        case (nil, .queued), (.queued, .generating), (.queued, .failed), (.generating, .ready), (.generating, .failed),
            (.ready, .expired):
            true
        default: false
        }
    }

    /// Nothing is broken here, so a generation fails for one of three reasons, each with its cause in the history.
    private func illegalFailure(_ change: History.Change) -> String? {
        guard change.status == .failed else { return nil }
        let facts = facts[change.pack] ?? History.Facts()
        let isExplained =
            switch facts.failure {
            case .cancelled:
                calls.contains {
                    $0.answer == .cancelled(change.pack) && $0.begin < change.at && change.at < $0.end
                }
            case .superseded:
                changes.last { $0.pack == facts.supersededBy && $0.at < change.at }.map {
                    $0.status == .ready && $0.tenant == change.tenant
                } ?? false
            // By the drain, behind the last call.
            case .interrupted: calls.allSatisfy { $0.end < change.at }
            default: false
            }
        return isExplained
            ? nil : "\(change.at): \(change.pack) failed, by its row \(facts.failure?.rawValue ?? "for no reason")"
    }

    private var illegalRemovals: [String] {
        let counted = calls.reduce(0) { if case .pruned(_, let removed) = $1.answer { $0 + removed } else { $0 } }
        let wrong = removed.filter { pack in
            ![.expired, .failed].contains(changes.last { $0.pack == pack }?.status)
        }
        return wrong.map { "\($0) is gone, and was neither expired nor failed" }
            + (counted == removed.count ? [] : ["\(removed.count) packs are gone, prunes say \(counted)"])
    }

    // MARK: Answers

    private func complaint(_ call: History.Call) -> String? {
        if let pack = call.existing, calls.contains(where: { $0.answer == .gone(pack) && $0.end < call.begin }) {
            return "the call \(call.begin) to \(call.end) was answered \(call.answer), though the pack was gone already"
        }
        let isExplained =
            switch call.answer {
            case .created(let pack): happened(.queued, pack, in: call)
            case .reused(let pack), .downloaded(let pack): was([.ready], pack, in: call)
            case .inProgress(let pack): was([.queued, .generating], pack, in: call)
            case .heldBack(let pack): was([.ready], pack, in: call) && isPastDue(pack, in: call)
            case .expired(let pack): happened(.expired, pack, in: call)
            case .alreadyExpired(let pack): was([.expired], pack, in: call)
            case .cannotExpire(let pack): was([.queued, .generating, .failed], pack, in: call)
            case .cancelled(let pack): happened(.failed, pack, in: call)
            case .cannotCancel(let pack): was([.ready, .failed, .expired], pack, in: call)
            case .pruned(let count, _): expiries(in: call) >= count
            case .pruneRefused: calls.contains { $0.isPrune && $0.begin < call.end && call.begin < $0.end }
            case .seen(let pack, .expired): was([.expired], pack, in: call) || isPastDue(pack, in: call)
            case .seen(let pack, let status): was([status], pack, in: call)
            case .downloadRefused(let pack, "PACK_EXPIRED"):
                was([.expired], pack, in: call) || isPastDue(pack, in: call)
            case .downloadRefused(let pack, "PACK_NOT_READY"): was([.queued, .generating, .failed], pack, in: call)
            case .downloadRefused(let pack, "TOKEN_EXPIRED"): isPastDue(pack, in: call)
            case .downloadRefused: false
            case .gone(let pack): mayBeRemoved(pack, in: call)
            case .clockMoved: true
            case .unexpected: false
            }
        return isExplained ? nil : "the call \(call.begin) to \(call.end) was answered \(call.answer)"
    }

    /// Whether the commit that the answer acknowledges is one of the call's own time.
    private func happened(_ status: PackStatus, _ pack: PackID, in call: History.Call) -> Bool {
        changes.contains { $0.pack == pack && $0.status == status && call.begin < $0.at && $0.at < call.end }
    }

    /// Whether the pack had one of these statuses at some instant of the call.
    ///
    /// A reader may see a commit just before it is stamped, so the first change after the call counts, too.
    private func was(_ statuses: Set<PackStatus>, _ pack: PackID, in call: History.Call) -> Bool {
        let own = changes.filter { $0.pack == pack }
        let before = own.last { $0.at < call.begin }
        let during = own.filter { call.begin < $0.at && $0.at < call.end }
        let next = call.isRead ? own.first { $0.at > call.end } : nil
        return ([before].compactMap(\.self) + during + [next].compactMap(\.self)).contains {
            statuses.contains($0.status)
        }
    }

    /// Whether a prune that removed something began before the call's end and found the pack done with, and time gone
    /// by since.
    private func mayBeRemoved(_ pack: PackID, in call: History.Call) -> Bool {
        guard let end = changes.first(where: { $0.pack == pack && [.expired, .failed].contains($0.status) })?.at else {
            return false
        }
        return calls.contains { prune in
            guard case .pruned(_, let removed) = prune.answer, removed > 0, prune.begin < call.end else { return false }
            return calls.contains { $0.answer == .clockMoved && end < $0.end && $0.begin < prune.end }
        }
    }

    private func isPastDue(_ pack: PackID, in call: History.Call) -> Bool {
        guard let queued = changes.first(where: { $0.pack == pack }) else { return false }
        return calls.contains { $0.answer == .clockMoved && queued.at < $0.end && $0.begin < call.end }
    }

    private func expiries(in call: History.Call) -> Int {
        changes.count { $0.status == .expired && call.begin < $0.at && $0.at < call.end }
    }
}

extension History.Call {
    fileprivate var isPrune: Bool { if case .pruned = answer { true } else { false } }

    /// The pack that the answer says is there.
    fileprivate var existing: PackID? {
        switch answer {
        case .created(let pack), .reused(let pack), .inProgress(let pack), .heldBack(let pack),
            .expired(let pack), .alreadyExpired(let pack),
            .cannotExpire(let pack), .cancelled(let pack), .cannotCancel(let pack), .seen(let pack, _),
            .downloaded(let pack), .downloadRefused(let pack, _):
            pack
        case .pruned, .pruneRefused, .gone, .clockMoved, .unexpected: nil
        }
    }

    fileprivate var isRead: Bool {
        switch answer {
        case .seen, .downloaded, .downloadRefused: true
        default: false
        }
    }
}
