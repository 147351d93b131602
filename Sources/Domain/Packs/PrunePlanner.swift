/// Decides what a prune does, from rows and clock alone.
public enum PrunePlanner {
    /// What the decision needs to know of a pack.
    public struct Candidate: Equatable, Sendable {
        public var id: PackID
        public var tenantID: TenantID
        public var tenantExternalID: TenantExternalID
        /// The status of the row.
        public var status: PackStatus
        public var expiresAt: UnixMillis?
        public var updatedAt: UnixMillis

        public init(
            id: PackID, tenantID: TenantID, tenantExternalID: TenantExternalID, status: PackStatus,
            expiresAt: UnixMillis?, updatedAt: UnixMillis
        ) {
            self.id = id
            self.tenantID = tenantID
            self.tenantExternalID = tenantExternalID
            self.status = status
            self.expiresAt = expiresAt
            self.updatedAt = updatedAt
        }

        fileprivate func planned(since: UnixMillis) -> PrunePlan.Pack {
            PrunePlan.Pack(id: id, tenantID: tenantID, tenantExternalID: tenantExternalID, since: since)
        }
    }

    /// A clock that is doubted expires and deletes nothing; the plan says what was held back.
    ///
    /// - Parameter candidates: ready and expired packs; others are left alone.
    public static func plan(
        _ candidates: some Sequence<Candidate>, history: PrunePlan.History, options: PruneOptions, trust: ClockTrust,
        now: UnixMillis
    ) -> PrunePlan {
        var plan = PrunePlan(plannedAt: now, expire: [], delete: [], history: history)
        let graceEnds = now.advanced(byDays: -options.graceDays)
        plan.clockIsSuspicious = !options.force && trust.isDoubted(at: now, graceDays: options.graceDays)
        for candidate in candidates {
            switch candidate.status {
            case .ready:
                if let expiresAt = candidate.expiresAt, expiresAt <= now {
                    plan.expire.append(candidate.planned(since: expiresAt))
                }
            case .expired:
                // Strictly older than the grace period; a pack expired by this very prune is younger.
                if options.hardDelete, candidate.updatedAt < graceEnds {
                    plan.delete.append(candidate.planned(since: candidate.updatedAt))
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
