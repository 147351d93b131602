import ReviewPackModel

/// The small sequential service that a history must be explained by.
///
/// The order of the commits is known, so a history is explained when every commit is a legal step of the model, and every answer is what
/// the model says at some instant within its call.
struct HistoryModel {
    let changes: [History.Change]
    let calls: [History.Call]
    /// The final fingerprint of packs that became ready.
    let fingerprints: [PackID: Digest256]

    /// Everything that the model cannot explain.
    var complaints: [String] { illegalChanges + calls.compactMap(complaint) }

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
            let ready = ofTenant.filter { $0.value == .ready }.compactMap { fingerprints[$0.key] }
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

    // MARK: Answers

    private func complaint(_ call: History.Call) -> String? {
        let isExplained =
            switch call.answer {
            case .created(let pack): happened(.queued, pack, in: call)
            case .reused(let pack), .downloaded(let pack): was([.ready], pack, in: call)
            case .inProgress(let pack): was([.queued, .generating], pack, in: call)
            case .expired(let pack): happened(.expired, pack, in: call)
            case .alreadyExpired(let pack): was([.expired], pack, in: call)
            case .cannotExpire(let pack): was([.queued, .generating, .failed], pack, in: call)
            case .cancelled(let pack): happened(.failed, pack, in: call)
            case .cannotCancel(let pack): was([.ready, .failed, .expired], pack, in: call)
            case .pruned(let count): expiries(in: call) >= count
            case .pruneRefused: calls.contains { $0.isPrune && $0.begin < call.end && call.begin < $0.end }
            case .seen(let pack, .expired): was([.expired], pack, in: call) || isPastDue(pack, in: call)
            case .seen(let pack, let status): was([status], pack, in: call)
            case .downloadRefused(let pack, "PACK_EXPIRED"):
                was([.expired], pack, in: call) || isPastDue(pack, in: call)
            case .downloadRefused(let pack, "PACK_NOT_READY"): was([.queued, .generating, .failed], pack, in: call)
            case .downloadRefused(let pack, "TOKEN_EXPIRED"): isPastDue(pack, in: call)
            case .downloadRefused: false
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

    fileprivate var isRead: Bool {
        switch answer {
        case .seen, .downloaded, .downloadRefused: true
        default: false
        }
    }
}
