import Bytes
package import Domain
import GRDB
import Logging
import Synchronization

extension Store {
    /// Writes an event of its own.
    package func record(_ entry: AuditEntry, stamp: ActionStamp) async throws {
        try await writeMakingRoom { [configuration] transaction in
            try transaction.audit(entry, stamp)
            try configuration.faults?(.eventBeforeCommit)
        }
        try configuration.faults?(.eventAfterCommit)
    }

    /// Notes a refused request; the same uid, method and reason within a minute become one event with a count.
    ///
    /// Returns after the event is durable, or at once when it is counted into one that is written later.
    package func recordDenial(_ denial: Denial) async throws {
        let now = now()
        let (due, waits) = counted.withLock { ($0.note(denial, at: now), $0.hasPending) }
        if waits { scheduleFlush() }
        if due.isEmpty { return }
        do { try await write { try $0.append(due) } } catch {
            counted.withLock { $0.putBack(due) }
            scheduleFlush()
            throw error
        }
    }

    /// Notes a token or a download; beyond the first ones of a uid, subject, method and pack in a minute they become
    /// one event with a count.
    ///
    /// Returns after the event is durable, or at once when it is counted into one that is written later.
    package func recordRead(_ entry: AuditEntry, stamp: ActionStamp) async throws {
        let now = now()
        let (earlier, due, waits) = counted.withLock {
            ($0.takeUnwritten(), $0.note(read: entry, stamp, at: now), $0.hasPending)
        }
        if waits { scheduleFlush() }
        if earlier.isEmpty, due.isEmpty { return }
        do {
            try await writeMakingRoom { [configuration] transaction in
                try transaction.append(earlier + due)
                try configuration.faults?(.eventBeforeCommit)
            }
        } catch {
            // The read's own event stands last; the read is refused, so nothing is left to tell of it.
            counted.withLock { $0.putBack(earlier + due.dropLast()) }
            scheduleFlush()
            throw error
        }
        try configuration.faults?(.eventAfterCommit)
    }

    /// Writes the counts whose minute is over; all of them with `everything`.
    package func flushCounted(everything: Bool = false) async throws {
        let now = now()
        let due = counted.withLock { $0.drain(endedBy: everything ? nil : now) }
        if due.isEmpty { return }
        do { try await writeMakingRoom { try $0.append(due) } } catch {
            counted.withLock { $0.putBack(due) }
            throw error
        }
    }

    /// Looks once more after the minute is over.
    private func scheduleFlush() {
        flushTimer.set(seconds: CountedEvents.flushSeconds) { [weak self] in
            guard let self else { return }
            Task {
                do { try await self.flushCounted() } catch {
                    self.logger.error("counted events could not be recorded", metadata: ["error": "\(error)"])
                }
                if self.counted.withLock({ $0.hasPending }) { self.scheduleFlush() }
            }
        }
    }

    /// The events that meet every condition of the filter, in the order of their numbers or its reverse.
    package func listAuditEvents(
        _ filter: AuditFilter, newestFirst: Bool = true, page: PageRequest<NumberCursor>
    ) async throws -> PageResult<AuditEvent, NumberCursor> {
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
        query.add(newestFirst ? "seq < ?" : "seq > ?", page.after?.number)
        let sql = """
            SELECT * FROM audit_event \(query.whereClause) ORDER BY seq \(newestFirst ? "DESC" : "ASC")
            LIMIT \(page.limit + 1)
            """
        let arguments = query.arguments
        return try await read { database in
            let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
            return try PageResult(
                limit: page.limit, reading: { try rows.next().map { AuditEvent(row: $0.of("audit_event")) } },
                bytes: \.listedBytes, cursor: { NumberCursor(number: $0.seq) })
        }
    }

    /// Checks every event against its hash, its neighbour and the head, inside one snapshot that takes no place among
    /// the readers.
    package func verifyAuditChain() async throws -> AuditVerification {
        let state = state
        let logger = logger
        return try await DedicatedThread.run(name: "audit") {
            do { return try LongRead.snapshot(of: state, "audit") { try AuditVerification(reading: $0) } } catch {
                throw StoreFailure.report(error, logger)
            }
        }
    }
}

extension AuditVerification {
    fileprivate init(reading database: Database) throws {
        var verifier = AuditChainVerifier()
        let rows = try Row.fetchCursor(
            database, sql: "SELECT *, \(AuditEvent.isWhole) AS is_whole FROM audit_event ORDER BY seq")
        while let row = try rows.next()?.of("audit_event") {
            verifier.check(AuditEvent(row: row), isWhole: (try? row.value("is_whole") as Bool) == true)
        }
        let head = try Row.fetchOne(database, sql: "SELECT seq, hash FROM audit_head WHERE id = 1")?.of("audit_head")
        self = verifier.finish(
            head: head.map { ((try? $0.value("seq")) ?? 0, (try? $0.value("hash")) ?? .zero) })
    }
}

extension WriteTransaction {
    fileprivate func append(_ events: [CountedEvents.Event]) throws {
        for event in events { try audit(event.entry, by: event.actor, method: event.method, at: event.at) }
    }
}
