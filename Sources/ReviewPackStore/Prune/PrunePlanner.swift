import ReviewPackModel

/// Decides what a prune does, from rows and clock alone.
enum PrunePlanner {
    /// What the decision needs to know of a pack.
    struct Candidate {
        var pack: PackRecord

        fileprivate func planned(since: UnixMillis) -> PrunePlan.Pack {
            PrunePlan.Pack(
                id: pack.id, tenantID: pack.tenantID, tenantExternalID: pack.tenantExternalID, since: since)
        }
    }

    /// - Parameters:
    ///   - candidates: ready and expired packs; others are left alone.
    ///   - lastPruneAt: when the last prune ran that trusted its clock; nil when there was none.
    static func plan(
        _ candidates: some Sequence<Candidate>, history: PrunePlan.History, options: PruneOptions,
        lastPruneAt: UnixMillis?, now: UnixMillis
    ) -> PrunePlan {
        var plan = PrunePlan(plannedAt: now, expire: [], delete: [], history: history)
        let graceEnds = now.advanced(byDays: -options.graceDays)
        plan.clockIsSuspicious = !options.force && clockJumped(lastPruneAt, now, options.graceDays)
        if plan.clockIsSuspicious {
            plan.history = PrunePlan.History()
            plan.warning = """
                the clock is more than \(options.graceDays) days past the last prune, or behind it, so nothing is hard-deleted; \
                check the clock, then repeat with --force
                """
        }
        let mayDelete = options.hardDelete && !plan.clockIsSuspicious
        for candidate in candidates {
            switch candidate.pack.storedStatus {
            case .ready:
                if let expiresAt = candidate.pack.expiresAt, expiresAt <= now {
                    plan.expire.append(candidate.planned(since: expiresAt))
                }
            case .expired:
                // Strictly older than the grace period; a pack expired by this very prune is younger.
                if mayDelete, candidate.pack.updatedAt < graceEnds {
                    plan.delete.append(candidate.planned(since: candidate.pack.updatedAt))
                }
            case .queued, .generating, .failed: break
            }
        }
        return plan
    }

    /// Without a recorded prune there is nothing to compare the clock with.
    static func clockJumped(_ lastPruneAt: UnixMillis?, _ now: UnixMillis, _ graceDays: Int) -> Bool {
        // A day behind: a clock that is put right by less is no reason to stop.
        lastPruneAt.map { now > $0.advanced(byDays: graceDays) || $0 > now.advanced(byDays: 1) } ?? false
    }
}
