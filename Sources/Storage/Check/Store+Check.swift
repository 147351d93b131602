package import Domain
import GRDB
import Glibc
import Logging
import Synchronization

// A check takes no lock that another caller could wait for:
//
//   rows     read snapshots, each of one matter: schema, pages and all rows, the audit chain
//   files    one pack at a time on the maintenance thread
//   doubts   whatever looks wrong on disk is looked at again after `checkPatience`, against the rows as they are then:
//   a pack
//            that was being generated or expired is gone from the list by then
//
// A repair removes files that no row wants, resets modes, makes missing indexes anew and finishes expiries. It never
// touches a ready pack's bytes or row, a finding or an audit event: what is wrong there is evidence.

extension Store {
    /// Compares rows, files, digests, indexes and the audit chain; mends with `repairs` what loses no evidence.
    ///
    /// At most one at a time, a second one gets CHECK_IN_PROGRESS: each reads everything that there is. Otherwise
    /// throws only when the check itself cannot go on; a database that cannot be read is a problem, not an error.
    package func check(_ options: CheckOptions, stamp: ActionStamp) async throws -> CheckResult {
        guard !checkIsRunning.exchange(true, ordering: .acquiringAndReleasing) else {
            throw ProductError(.checkInProgress, "a check is running already; try again when it is done")
        }
        defer { checkIsRunning.store(false, ordering: .releasing) }
        do {
            return try await checkAlone(options, stamp: stamp)
        } catch is CancellationError {
            throw ProductError(.cancelled, "the call was cancelled")
        }
    }

    private func checkAlone(_ options: CheckOptions, stamp: ActionStamp) async throws -> CheckResult {
        var result = CheckResult()
        try await checkSchema(options, &result)
        try await checkRows(options, &result)
        try await checkFiles(options, &result)
        try await checkAudit(&result)
        if result.problemCount > 0 {
            logger.warning(
                "a check found problems",
                metadata: ["problems": "\(result.problemCount)", "repaired": "\(result.repairedCount)"])
        }
        try await record(result, options, stamp)
        return result
    }

    private func checkSchema(_ options: CheckOptions, _ result: inout CheckResult) async throws {
        let expected = try await onMaintenanceThread { [configuration] _ in
            try configuration.faults?(.checkBeforeFirstLook)
            return try SchemaObject.expected()
        }
        guard let found = try await reading(&result, { try SchemaObject.all($0) }) else { return }
        let comparison = SchemaComparison(expected: expected, found: found)
        for var problem in comparison.problems {
            let object = comparison.mendable.first { $0.name == problem.subject }
            if options.repairs, let object { problem.isRepaired = await remake(object) }
            result.note(problem)
        }
    }

    /// False when it cannot be made, such as a unique index over rows that are not unique any more.
    private func remake(_ object: SchemaObject) async -> Bool {
        do {
            try await writeUsingReserve { try $0.remake(object) }
            return true
        } catch {
            logger.error("a part of the schema could not be made anew", metadata: ["name": "\(object.name)"])
            return false
        }
    }

    private func checkRows(_ options: CheckOptions, _ result: inout CheckResult) async throws {
        let problems = try await onMaintenanceThread { [self] stop in
            var problems: [CheckProblem] = []
            do {
                try LongRead.snapshot(of: state, "check") { database in
                    try stop.interrupting(database) { try lookAtRows(database, &problems) }
                }
            } catch { problems.append(try problem(of: error)) }
            return problems
        }
        for var problem in problems {
            if options.repairs, problem.kind == .countWrong { problem.isRepaired = await recount(problem.subject) }
            result.note(problem)
        }
    }

    /// Stores the numbers of a tenant's findings as they are now; false when that cannot be done.
    private func recount(_ tenant: String) async -> Bool {
        do {
            guard let id = TenantExternalID(tenant) else { return false }
            try await writeUsingReserve { try $0.recountFindings(of: id) }
            return true
        } catch {
            logger.error("findings could not be counted anew", metadata: ["tenant": "\(tenant)"])
            return false
        }
    }

    /// One look after the other: what the first one cannot read does not keep the next from its own.
    private func lookAtRows(_ database: Database, _ problems: inout [CheckProblem]) throws {
        func look(_ body: () throws -> [CheckProblem]) throws {
            do { problems += try body() } catch { problems.append(try problem(of: error)) }
        }
        try look { try DatabaseCheck.integrity(database) }
        try look { try RowCheck.problems(database) }
        var tenants: [(number: Int64, externalID: TenantExternalID)] = []
        try look {
            tenants = try DatabaseCheck.tenants(database)
            return []
        }
        for (number, id) in tenants {
            try look { try DatabaseCheck.revision(of: number, named: id, database).map { [$0] } ?? [] }
            try look { try DatabaseCheck.counts(of: number, named: id, database).map { [$0] } ?? [] }
        }
    }

    private func checkAudit(_ result: inout CheckResult) async throws {
        do {
            let verification = try await verifyAuditChain()
            result.auditEvents = verification.events
            for problem in DatabaseCheck.auditProblems(verification) { result.note(problem) }
        } catch let error as ProductError where StoreFailure.databaseFaults.contains(error.reason) {
            result.note(CheckProblem(.auditBroken, "0", "the audit log cannot be read; restore a backup"))
        }
    }

    /// The audit event of the check. A log that has lost its head takes none, which the result says already.
    private func record(_ result: CheckResult, _ options: CheckOptions, _ stamp: ActionStamp) async throws {
        let entry = AuditEntry(
            .check,
            details: [
                "problems": "\(result.problemCount)", "repaired": "\(result.repairedCount)",
                "read_data": "\(options.readsData)", "repair": "\(options.repairs)",
            ])
        do {
            try await writeUsingReserve { try $0.audit(entry, stamp) }
        } catch let error as ProductError where error.reason == .auditBroken {}
    }

    /// Reads in one snapshot; nil, and a problem in the result, when the database does not let itself be read.
    func reading<Value: Sendable>(
        _ result: inout CheckResult, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value? {
        do { return try await readUnreported(body) } catch {
            result.note(try problem(of: error))
            return nil
        }
    }

    /// The problem that a database has which does not let itself be read; throws what is no fault of the database's.
    private func problem(of error: any Error) throws -> CheckProblem {
        let seen = StoreFailure.report(error, logger)
        guard StoreFailure.isOfDatabase(error), StoreFailure.databaseFaults.contains(seen.reason) else { throw seen }
        let what = (error as? DatabaseError)?.message ?? seen.message
        return CheckProblem(
            .databaseDamaged, StateDirectory.databaseName,
            "the database cannot be read: \(what); restore a backup")
    }
}
