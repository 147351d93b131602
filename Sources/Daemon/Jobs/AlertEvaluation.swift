package import Domain
package import Storage

/// Raises the alerts that become due by the passing of time: packs that expire soon, scans that are overdue.
///
/// Which they are, `TimedAlerts` decides; this reads a batch, decides, raises, and goes on, so that no number of
/// tenants or packs makes a long transaction. Evaluating twice, or by two at a time, raises nothing twice.
package struct AlertEvaluation: Sendable {
    private let store: Store
    private let clock: WallClock
    private let settings: @Sendable () -> Settings
    private let batch: Int

    /// Marks of raised alerts are kept longer than any notice can last (expiring_notice_days is at most 365).
    private static let markDays = 400

    /// - Parameters:
    ///   - settings: those in force, asked for at each evaluation.
    ///   - batch: how many packs or tenants are looked at in one step.
    package init(
        store: Store, clock: @escaping WallClock, settings: @escaping @Sendable () -> Settings, batch: Int = 200
    ) {
        self.store = store
        self.clock = clock
        self.settings = settings
        self.batch = batch
    }

    /// Returns how many alerts were raised. Throws what the store throws; the next evaluation makes up for what was
    /// left out.
    @discardableResult
    package func run() async throws -> Int {
        let now = clock()
        let settings = settings()
        let raised =
            try await raiseExpiring(now, noticeDays: settings.expiringNoticeDays)
            + raiseStale(now, staleAfterHours: settings.scanStaleAfterHours)
        try await store.forgetAlertMarks(before: now.advanced(byDays: -Self.markDays))
        return raised
    }

    private func raiseExpiring(_ now: UnixMillis, noticeDays: Int) async throws -> Int {
        guard noticeDays > 0 else { return 0 }
        var raised = 0
        var last: PackRecord?
        repeat {
            try Task.checkCancellation()
            let packs = try await store.packs(
                expiringAfter: now, until: now.advanced(byDays: noticeDays), after: last, count: batch)
            raised += try await store.raise(
                TimedAlerts.expiring(packs.items, now: now, noticeDays: noticeDays))
            last = packs.next
        } while last != nil
        return raised
    }

    private func raiseStale(_ now: UnixMillis, staleAfterHours: Int) async throws -> Int {
        var raised = 0
        var page = PageRequest<TenantCursor>(limit: batch)
        while true {
            try Task.checkCancellation()
            let result = try await store.listTenantScans(visible: .everything, page: page)
            raised += try await store.raise(
                TimedAlerts.stale(result.items, now: now, staleAfterHours: staleAfterHours))
            guard let next = result.next else { return raised }
            page.after = next
        }
    }
}
