import Domain

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

    /// A clock that is doubted expires and deletes nothing; the plan says what was held back.
    ///
    /// - Parameter candidates: ready and expired packs; others are left alone.
    static func plan(
        _ candidates: some Sequence<Candidate>, history: PrunePlan.History, options: PruneOptions, trust: ClockTrust,
        now: UnixMillis
    ) -> PrunePlan {
        var plan = PrunePlan(plannedAt: now, expire: [], delete: [], history: history)
        let graceEnds = now.advanced(byDays: -options.graceDays)
        plan.clockIsSuspicious = !options.force && trust.isDoubted(at: now, graceDays: options.graceDays)
        for candidate in candidates {
            switch candidate.pack.storedStatus {
            case .ready:
                if let expiresAt = candidate.pack.expiresAt, expiresAt <= now {
                    plan.expire.append(candidate.planned(since: expiresAt))
                }
            case .expired:
                // Strictly older than the grace period; a pack expired by this very prune is younger.
                if options.hardDelete, candidate.pack.updatedAt < graceEnds {
                    plan.delete.append(candidate.planned(since: candidate.pack.updatedAt))
                }
            case .queued, .generating, .failed: break
            }
        }
        if plan.clockIsSuspicious { holdBack(&plan, graceDays: options.graceDays) }
        return plan
    }

    private static func holdBack(_ plan: inout PrunePlan, graceDays: Int) {
        let packs = plan.expire.count == 1 ? "1 review pack" : "\(plan.expire.count) review packs"
        plan.warning = """
            nothing is deleted (\(packs) past their time keep their bytes, \(plan.delete.count) expired ones their \
            rows, \(plan.history.total) other records stay): \(ClockTrust.explanation(graceDays: graceDays))
            """
        plan.expire = []
        plan.delete = []
        plan.history = PrunePlan.History()
    }
}
