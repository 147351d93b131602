import Dispatch
import GRDB
import ReviewPackModel

extension Store {
    /// Writes an event of its own: a token, a download.
    public func record(_ entry: AuditEntry, stamp: ActionStamp) async throws {
        try await writeMakingRoom { [configuration] transaction in
            try transaction.audit(entry, stamp)
            try configuration.faults?(.eventBeforeCommit)
        }
        try configuration.faults?(.eventAfterCommit)
    }

    /// Notes a refused request; the same uid, method and reason within a minute become one event with a count.
    ///
    /// Returns after the event is durable, or at once when it is counted into one that is written later.
    public func recordDenial(_ denial: Denial) async throws {
        let now = now()
        let (due, waits) = denials.withLock { ($0.note(denial, at: now), $0.hasPending) }
        if waits { scheduleDenialFlush() }
        try await append(due)
    }

    /// Writes the counts whose minute is over; all of them with `everything`.
    public func flushDenials(everything: Bool = false) async throws {
        let now = now()
        try await append(denials.withLock { $0.drain(endedBy: everything ? nil : now) })
    }

    private func append(_ events: [DenialCoalescer.Event]) async throws {
        if events.isEmpty { return }
        try await write { transaction in
            for event in events {
                let denial = event.denial
                try transaction.audit(
                    AuditEntry(
                        .denial, outcome: .denied, reason: denial.reason, workspaceID: denial.workspaceID,
                        tenantID: denial.tenantID, packID: denial.packID, count: event.count),
                    by: denial.actor, method: denial.method, at: event.at)
            }
        }
    }

    /// Looks once more after the minute is over; one timer at a time.
    private func scheduleDenialFlush() {
        let isNew = denialFlushIsScheduled.exchange(true, ordering: .relaxed) == false
        guard isNew else { return }
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(61)) { [weak self] in
            guard let self else { return }
            self.denialFlushIsScheduled.store(false, ordering: .relaxed)
            Task {
                do { try await self.flushDenials() } catch {
                    self.logger.error("denials could not be recorded", metadata: ["error": "\(error)"])
                }
                if self.denials.withLock({ $0.hasPending }) { self.scheduleDenialFlush() }
            }
        }
    }

    /// The events that meet every condition of the filter, in the order of their numbers or its reverse.
    public func listAuditEvents(
        _ filter: AuditFilter, newestFirst: Bool = true, page: PageRequest<AuditCursor>
    ) async throws -> PageResult<AuditEvent, AuditCursor> {
        var query = Conditions()
        query.add("actor_uid = ?", filter.actorUID)
        query.add("on_behalf_of = ?", filter.onBehalfOf)
        query.add("action = ?", filter.action)
        query.add("method = ?", filter.method)
        query.add("outcome = ?", filter.outcome)
        query.add("workspace = ?", filter.workspaceID)
        query.add("tenant = ?", filter.tenantID)
        query.add("pack = ?", filter.packID)
        query.add("at >= ?", filter.from)
        query.add("at < ?", filter.until)
        query.add(newestFirst ? "seq < ?" : "seq > ?", page.after?.seq)
        let sql = """
            SELECT * FROM audit_event \(query.whereClause) ORDER BY seq \(newestFirst ? "DESC" : "ASC") LIMIT \(page.limit + 1)
            """
        let arguments = query.arguments
        let events = try await read { database in
            try Row.fetchAll(database, sql: sql, arguments: arguments).map { AuditEvent(row: $0.of("audit_event")) }
        }
        return PageResult(reading: events, limit: page.limit) { AuditCursor(seq: $0.seq) }
    }

    /// Checks every event against its hash, its neighbour and the head, inside one snapshot.
    public func verifyAuditChain() async throws -> AuditVerification {
        try await read { database in
            var verifier = AuditChainVerifier()
            let rows = try Row.fetchCursor(
                database, sql: "SELECT *, \(AuditEvent.isWhole) AS is_whole FROM audit_event ORDER BY seq")
            while let row = try rows.next()?.of("audit_event") {
                verifier.check(AuditEvent(row: row), isWhole: (try? row.value("is_whole") as Bool) == true)
            }
            let head = try Row.fetchOne(database, sql: "SELECT seq, hash FROM audit_head WHERE id = 1")?
                .of("audit_head")
            return verifier.finish(
                head: head.map { ((try? $0.value("seq")) ?? 0, (try? $0.value("hash")) ?? .zero) })
        }
    }
}
