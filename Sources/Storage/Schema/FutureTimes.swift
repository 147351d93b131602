import Bytes
import Domain
import Evidence
import GRDB

/// Migration 0005: sets back the times that lie in the future, which hid every later result of their tenant until they
/// had come.
///
/// The future begins five minutes after the time that is believed. The clock alone is not: one that is behind at this
/// one start would make what is true a thing of the future, and one that is ahead would leave the future alone. Both
/// are measured by the newest record of the service's own clock, see `believed` and `newestRecord`. What it does with
/// evidence, and says in the journal and in an audit event of the tenant:
///
/// 1. Findings: see `FindingState.mended`. What was resolved at a time of the future is open again.
/// 2. That a check was evaluated then is forgotten, and so is the time of a source's newest run and those of hardening
///    settings: nothing true is known in their place.
/// 3. A report was measured when it was imported, at the latest: that time takes the place.
/// 4. An operation run of a tenant began when the tenant was made: before everything else that is known, so that it
///    decides nothing. One of the service itself began now, at the latest.
enum FutureTimes {
    static let toleranceMinutes = 5
    static let name = "0005-times-of-the-future"
    /// How far the clock may stand before the newest record.
    private static let behindDays = 1
    /// How far after it the clock is believed: a service may have been off for longer, but recorded nothing then.
    private static let aheadDays = 30

    /// The time that is taken for now: the clock's, but no earlier than the newest record and at most 30 days later.
    ///
    /// Throws `StateError.clockBehind` when the clock is more than a day before it.
    static func believed(_ clock: UnixMillis, newest: UnixMillis?) throws -> UnixMillis {
        guard let newest else { return clock }
        guard clock >= newest.advanced(byDays: -behindDays) else {
            throw StateError(
                .clockBehind,
                """
                the clock (\(clock)) is behind the newest audit event (\(newest)), and the upgrade of the database \
                goes by the clock; nothing was changed
                """)
        }
        return max(newest, min(clock, newest.advanced(byDays: aheadDays)))
    }

    /// The latest time in the audit log, where every change that the service makes is recorded by its own clock; nil in
    /// an empty one.
    ///
    /// A clock that was ahead once must not keep the service from starting for ever: when the events that came after
    /// span a day, the clock has run on from there, and they count alone. Events of migrations do not count: this start
    /// may have written them.
    static func newestRecord(_ database: Database) throws -> UnixMillis? {
        guard try database.tableExists("audit_event") else { return nil }
        let later = "FROM audit_event WHERE seq > ?1 AND at BETWEEN ?2 AND ?3 AND action <> ?4"
        var newest: UnixMillis?
        var number: Int64 = 0
        while true {
            let arguments: StatementArguments = [
                number, UnixMillis.earliest, UnixMillis.latest, AuditAction.migrate.rawValue,
            ]
            if newest != nil {
                let span = try Int64.fetchOne(
                    database, sql: "SELECT ifnull(max(at) - min(at), 0) \(later)", arguments: arguments)
                guard let span, span >= ClockTrust.day else { return newest }
            }
            guard
                let row = try Row.fetchOne(
                    database, sql: "SELECT seq, at \(later) ORDER BY at DESC, seq DESC LIMIT 1", arguments: arguments
                )?.of("audit_event")
            else { return newest }
            number = try row.value("seq")
            newest = try row.value("at")
        }
    }

    static func migrate(_ database: Database, _ context: MigrationContext) throws {
        let now = try believed(context.clock(), newest: newestRecord(database))
        let limit = now.advanced(byMinutes: toleranceMinutes)
        for tenant in try StoredTenant.all(database) {
            let since = tenant.createdAt.map { min($0, now) } ?? now
            var facts = try mendRecords(of: tenant.number, since: since, limit: limit, database)
            facts.merge(try mendFindings(of: tenant.number, since: since, limit: limit, database)) { mine, _ in mine }
            try note(facts, tenant, database, context)
        }
        let runs = try change(
            """
            UPDATE operation_run SET finished_at = CASE WHEN finished_at > ?1 THEN ?2 ELSE finished_at END,
                started_at = CASE WHEN started_at > ?1 THEN ?2 ELSE started_at END
            WHERE tenant IS NULL AND (started_at > ?1 OR finished_at > ?1)
            """, [limit, now], database)
        try note(["operation_runs": runs], nil, database, context)
    }

    private static func note(
        _ facts: [String: Int64], _ tenant: StoredTenant?, _ database: Database, _ context: MigrationContext
    ) throws {
        let facts = facts.filter { $0.value > 0 }.mapValues { "\($0)" }
        guard !facts.isEmpty else { return }
        try context.audit(name, facts, workspace: tenant?.workspaceID, tenant: tenant?.id, database)
        context.note(
            "times of the future were set back",
            facts.merging(["tenant": tenant?.id?.description ?? "-"]) { mine, _ in mine })
    }

    private static func mendRecords(
        of tenant: Int64, since: UnixMillis, limit: UnixMillis, _ database: Database
    ) throws -> [String: Int64] {
        var facts: [String: Int64] = [:]
        facts["checks"] = try change(
            "UPDATE finding_check SET evaluated_at = NULL WHERE tenant = ? AND evaluated_at > ?", [tenant, limit],
            database)
        facts["sources"] = try change(
            "UPDATE source_state SET last_run_at = NULL WHERE tenant = ? AND last_run_at > ?", [tenant, limit], database
        )
        facts["hardening"] = try change(
            """
            UPDATE hardening SET last_checked_at = CASE WHEN last_checked_at > ?2 THEN NULL ELSE last_checked_at END,
                last_setup_at = CASE WHEN last_setup_at > ?2 THEN NULL ELSE last_setup_at END
            WHERE tenant = ?1 AND (last_checked_at > ?2 OR last_setup_at > ?2)
            """, [tenant, limit], database)
        facts["reports"] = try change(
            """
            UPDATE report SET measured_at = CASE WHEN imported_at > ?2 THEN ?3 ELSE imported_at END
            WHERE tenant = ?1 AND measured_at > ?2
            """, [tenant, limit, since], database)
        facts["operation_runs"] = try change(
            """
            UPDATE operation_run SET
                finished_at = CASE WHEN finished_at > ?2 THEN CASE WHEN started_at > ?2 THEN ?3 ELSE started_at END
                    ELSE finished_at END,
                started_at = CASE WHEN started_at > ?2 THEN ?3 ELSE started_at END
            WHERE tenant = ?1 AND (started_at > ?2 OR finished_at > ?2)
            """, [tenant, limit, since], database)
        return facts
    }

    private static func change(
        _ sql: String, _ arguments: StatementArguments, _ database: Database
    ) throws -> Int64 {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
        return Int64(database.changesCount)
    }

    private static func mendFindings(
        of tenant: Int64, since: UnixMillis, limit: UnixMillis, _ database: Database
    ) throws -> [String: Int64] {
        let range = FindingKey.range(ofTenant: tenant)
        let ids = try Int64.fetchAll(
            database,
            sql: """
                SELECT id FROM finding WHERE id BETWEEN ?1 AND ?2 AND (first_seen_at > ?3 OR last_seen_at > ?3
                OR ifnull(resolved_at, 0) > ?3 OR decided_at > ?3 OR result_at > ?3)
                """, arguments: [range.lowerBound, range.upperBound, limit])
        guard !ids.isEmpty else {
            return ["newest_last_seen": try mendNewestSeen(of: tenant, limit: limit, database)]
        }
        guard
            let row = try Row.fetchOne(
                database, sql: "SELECT findings_revision, findings_in_packs FROM tenant WHERE number = ?",
                arguments: [tenant])?.of("tenant"),
            let stored = try? row.value("findings_revision") as Digest256, var revision = RevisionSum(stored.bytes),
            var inPacks: Int64 = try? row.value("findings_in_packs", in: 0...FindingKey.maximumOrdinal)
        else {
            // The tenant's sums are damaged, so that its findings stay as they are; a check names it.
            return ["newest_last_seen": try mendNewestSeen(of: tenant, limit: limit, database)]
        }
        var digests = FindingDigest()
        let rows = try FindingRows(database, tenant: tenant, nextOrdinal: 1)
        var facts: [String: Int64] = ["findings": 0, "findings_reopened": 0]
        for id in ids {
            // A damaged one stays as it is; a check names it.
            guard let (finding, fingerprint) = try? rows.stored(id: id) else { continue }
            let state = finding.state.mended(limit: limit, since: since)
            try finding.statusReason.withUnsafeBytes { reason in
                func digest(_ state: FindingState) -> Digest256 {
                    digests.row(fingerprint: fingerprint, content: finding.content, state: state, statusReason: reason)
                }
                if finding.state.status.isInPacks {
                    revision.subtract(digest(finding.state))
                    inPacks -= 1
                }
                if state.status.isInPacks {
                    revision.add(digest(state))
                    inPacks += 1
                }
                try rows.write(state, reason: reason, to: id)
            }
            facts["findings", default: 0] += 1
            if finding.state.status == .resolved, state.status != .resolved {
                facts["findings_reopened", default: 0] += 1
            }
        }
        try database.execute(
            sql: "UPDATE tenant SET findings_revision = ?, findings_in_packs = ? WHERE number = ?",
            arguments: [revision.value.databaseValue, max(inPacks, 0), tenant])
        _ = try mendNewestSeen(of: tenant, limit: limit, database)
        return facts
    }

    /// Also where no finding of the future is left: one that a prune took left its time with the tenant.
    private static func mendNewestSeen(of tenant: Int64, limit: UnixMillis, _ database: Database) throws -> Int64 {
        let range = FindingKey.range(ofTenant: tenant)
        return try change(
            """
            UPDATE tenant SET newest_last_seen_at =
                (SELECT max(last_seen_at) FROM finding WHERE id BETWEEN ?1 AND ?2 AND last_seen_at <= ?3)
            WHERE number = ?4 AND newest_last_seen_at > ?3
            """, [range.lowerBound, range.upperBound, limit, tenant], database)
    }
}

extension FindingState {
    /// The state without times after `limit`: each is set back to the newest time of the finding that is true. Where it
    /// has none, the finding counts as seen when the tenant was made (`since`) and as never decided. So the next true
    /// scan, and the last true one imported again, is newer and decides.
    ///
    /// It claims no more than is known: the finding was seen at that time. A finding that was resolved at a time of the
    /// future is open again: an error that shows a failure too many ends with the next scan, one that hides a failure
    /// would go on. What was acknowledged then stays acknowledged.
    func mended(limit: UnixMillis, since: UnixMillis) -> FindingState {
        let known = [firstSeenAt, lastSeenAt, decidedAt, resultAt].filter { $0 <= limit }.max()
        var state = self
        if state.firstSeenAt > limit { state.firstSeenAt = known ?? since }
        if state.lastSeenAt > limit { state.lastSeenAt = max(known ?? since, state.firstSeenAt) }
        if state.status == .resolved, decidedAt > limit || resolvedAt.map({ $0 > limit }) ?? false {
            state.status = .open
            state.acknowledgement = .none
            state.resolvedAt = nil
        }
        if state.decidedAt > limit { state.decidedAt = known ?? UnixMillis(0) }
        if state.resultAt > limit { state.resultAt = state.decidedAt }
        return state
    }
}
