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
    ///   - lastPruneAt: the end of the last recorded prune, nil when there was none.
    static func plan(
        _ candidates: some Sequence<Candidate>, history: PrunePlan.History, options: PruneOptions,
        lastPruneAt: UnixMillis?, now: UnixMillis
    ) -> PrunePlan {
        var plan = PrunePlan(plannedAt: now, expire: [], delete: [], history: history)
        let graceEnds = now.advanced(byDays: -options.graceDays)
        let mayDelete: Bool
        if options.hardDelete, !options.force, clockJumped(lastPruneAt, now, options.graceDays) {
            mayDelete = false
            plan.warning = """
                the clock is more than \(options.graceDays) days past the last prune, so nothing is hard-deleted; \
                check the clock, then repeat with --force
                """
        } else {
            mayDelete = options.hardDelete
        }
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
        lastPruneAt.map { now > $0.advanced(byDays: graceDays) } ?? false
    }
}
