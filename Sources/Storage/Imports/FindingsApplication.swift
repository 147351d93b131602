import Bytes
import Domain
import Evidence
import GRDB

/// Applies staged findings to a tenant inside one write transaction, in the order of their fingerprints.
///
/// 1. Records of one fingerprint become one; then the lifecycle decides, and exactly what it says is written.
/// 2. The findings revision is kept equal to the sum over the findings that a pack would hold: what leaves is
///    subtracted, what enters is added, in this transaction.
/// 3. What the run does not list is resolved last, and only for checks that it evaluated.
struct FindingsApplication: ~Copyable {
    private let database: Database
    private let tenant: Int64
    private let runTime: UnixMillis
    private var fingerprints: FindingFingerprint
    private var rows: FindingRows
    private var checks: CheckTexts
    private var identities: IdentityTexts
    private var recentNames = RecentTexts()
    private var digests = FindingDigest()
    private var revision: RevisionSum
    private var inPacks: Int64
    private var newestSeen: UnixMillis?
    /// Stored findings that the run lists without deciding about them: they are not absent.
    private var listedUndecided: Set<Int64> = []
    private let skipsBadRecords: Bool
    private(set) var counts = ImportCounts()
    /// The first complaints about records that were passed over here.
    private(set) var rejections: [String] = []

    /// - Parameter runTime: the time of the run, its newest record's; for native records each one's own time counts
    ///   instead.
    init(
        _ database: Database, tenant: Int64, fingerprints: consuming FindingFingerprint, runTime: UnixMillis,
        skipsBadRecords: Bool
    ) throws {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT findings_revision, findings_in_packs, newest_last_seen_at, next_finding FROM tenant
                WHERE number = ?
                """,
            arguments: [tenant])
        guard let row = row?.of("tenant") else { throw ProductError.notFound }
        let stored: Digest256 = try row.value("findings_revision")
        guard let revision = RevisionSum(stored.bytes) else { throw row.damaged("findings_revision") }
        // The counters are calculated with: outside of these bounds the sums would not be numbers any more.
        let next: Int64 = try row.value("next_finding", in: 1...FindingKey.maximumOrdinal + 1)
        let inPacks: Int64 = try row.value("findings_in_packs", in: 0...FindingKey.maximumOrdinal)
        let newestSeen: UnixMillis? = try row.value("newest_last_seen_at")
        let rows = try FindingRows(database, tenant: tenant, nextOrdinal: next)
        let checks = try CheckTexts(database, tenant: tenant)
        let identities = try IdentityTexts(database, tenant: tenant)
        self.database = database
        self.tenant = tenant
        self.runTime = runTime
        self.fingerprints = fingerprints
        self.skipsBadRecords = skipsBadRecords
        self.revision = revision
        self.inPacks = inPacks
        self.newestSeen = newestSeen
        self.rows = rows
        self.checks = checks
        self.identities = identities
    }

    /// Applies every staged record. `shouldStop` is asked now and then.
    mutating func apply(_ staged: consuming SortedRuns, shouldStop: () throws -> Void) throws {
        var group = FindingRecord()
        var next = FindingRecord()
        var fingerprint: Digest256?
        try staged.drain { key, bytes in
            if key == fingerprint {
                guard next.loadStaged(bytes) else { throw Self.damagedStage }
                try gatherIdentities(next)
                try merge(next, into: &group)
            } else {
                if let fingerprint { try apply(group, fingerprint) }
                guard group.loadStaged(bytes) else { throw Self.damagedStage }
                try gatherIdentities(group)
                fingerprint = key
                try shouldStop()
            }
        }
        if let fingerprint { try apply(group, fingerprint) }
    }

    /// Joins a record with those of its fingerprint before it; two native ones contradict each other, and the later is
    /// bad.
    private mutating func merge(_ next: borrowing FindingRecord, into group: inout FindingRecord) throws {
        do {
            try DuplicateMerger.merge(next, into: &group)
            counts.duplicates += 1
        } catch  where skipsBadRecords {
            counts.rejected += 1
            if rejections.count < FindingsParser.rejectionLimit { rejections.append(error.description) }
        }
    }

    private static let damagedStage = DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a staged record is damaged")

    private mutating func apply(_ record: borrowing FindingRecord, _ fingerprint: Digest256) throws {
        let seen = FindingObservation(record, runTime: runTime)
        let stored = try rows.stored(fingerprint) ?? adopted(record, as: fingerprint)
        let content = digests.content(of: record)
        let isScanner = record.format == .ocsf
        let check = try checks.check(source: record.text(.source), id: record.text(.checkID), adding: false)
        let reason = record.text(.statusReason)
        let change = FindingLifecycle.present(
            stored?.state, seen, checkEvaluatedAt: isScanner ? check?.evaluatedAt : nil,
            contentDiffers: stored.map { $0.content != content } ?? true,
            reasonDiffers: stored.map { !reason.elementsEqual($0.statusReason) } ?? true)
        count(change.kind)
        guard let state = change.state else {
            if let stored, isScanner, stored.state.decidedAt < runTime { listedUndecided.insert(stored.id) }
            return
        }
        newestSeen = max(newestSeen ?? state.lastSeenAt, state.lastSeenAt)
        if let stored {
            subtract(stored, fingerprint)
            let keptContent = change.writesContent ? content : stored.content
            if change.writesContent {
                let text = try text(of: record)
                try rows.writeContent(record, content: content, text: text, to: stored.id)
            }
            if change.writesStatusReason {
                try rows.write(state, reason: reason, to: stored.id)
                add(fingerprint, keptContent, state, reason)
            } else {
                try stored.statusReason.withUnsafeBytes { kept in
                    try rows.write(state, reason: kept, to: stored.id)
                    add(fingerprint, keptContent, state, kept)
                }
            }
            rows.noteMove(
                of: stored, to: state.status,
                severity: change.writesContent ? Int64(record.severity.rawValue) : stored.severity)
            if isScanner, state.decidedAt < runTime { listedUndecided.insert(stored.id) }
        } else {
            let text = try text(of: record)
            try rows.insert(record, fingerprint, content: content, text: text, state: state)
            add(fingerprint, content, state, reason)
        }
    }

    /// The finding that the first version of identity had of a record with nothing but an id of its own: it goes on
    /// under this id.
    ///
    /// Not one that stands for several records: none of them is more it than the others.
    private mutating func adopted(
        _ record: borrowing FindingRecord, as fingerprint: Digest256
    ) throws -> StoredFinding? {
        guard let former = fingerprints.digestWithoutOwnID(of: record), let stored = try rows.stored(former),
            try rows.rename(stored.id, to: fingerprint)
        else { return nil }
        subtract(stored, former)
        stored.statusReason.withUnsafeBytes { add(fingerprint, stored.content, stored.state, $0) }
        return stored
    }

    /// Resolves what this run should have listed and did not: findings of checks that it evaluated.
    mutating func resolveAbsent(evaluated: Set<Int64>, shouldStop: () throws -> Void) throws {
        guard !evaluated.isEmpty else { return }
        var absent: [Int64] = []
        do {
            let candidates = try SQLStatement(
                database,
                """
                SELECT finding.id, check_text.finding_check FROM finding
                JOIN check_text ON check_text.id = finding.check_text
                WHERE finding.id BETWEEN ? AND ? AND finding.status <> ? AND finding.decided_at < ?
                """)
            let range = FindingKey.range(ofTenant: tenant)
            candidates.bind(1, range.lowerBound)
            candidates.bind(2, range.upperBound)
            candidates.bind(3, Int64(FindingStatus.resolved.rawValue))
            candidates.bind(4, runTime)
            while try candidates.step() {
                let id = candidates.int(0)
                if evaluated.contains(candidates.int(1)), !listedUndecided.contains(id) { absent.append(id) }
            }
        }
        for id in absent {
            try shouldStop()
            guard let (stored, fingerprint) = try rows.stored(id: id) else { continue }
            let change = FindingLifecycle.absent(stored.state, runTime: runTime, checkEvaluated: true)
            guard let state = change.state else { continue }
            count(change.kind)
            subtract(stored, fingerprint)
            try stored.statusReason.withUnsafeBytes { reason in
                try rows.write(state, reason: reason, to: id)
                add(fingerprint, stored.content, state, reason)
            }
            rows.noteMove(of: stored, to: state.status, severity: stored.severity)
        }
    }

    /// Notes that the run evaluated a check; returns the check's number, nil when a newer run evaluated it: that one
    /// decides.
    mutating func noteEvaluation(source: UnsafeRawBufferPointer, check id: UnsafeRawBufferPointer) throws -> Int64? {
        // A check that never had a finding needs no row unless an older run brings one: then this time resolves it.
        guard let check = try checks.check(source: source, id: id, adding: true),
            check.evaluatedAt.map({ $0 <= runTime }) ?? true
        else { return nil }
        try database.cachedStatement(
            sql: "UPDATE finding_check SET evaluated_at = ? WHERE number = ?"
        ).execute(arguments: [runTime, check.number])
        return check.number
    }

    /// Writes what the tenant keeps of its findings, the stored counts among it; the last step.
    consuming func finish() throws -> ImportCounts {
        try rows.writeCounts()
        try database.execute(
            sql: """
                UPDATE tenant SET findings_revision = ?, findings_in_packs = ?, newest_last_seen_at = ?,
                    next_finding = ?
                WHERE number = ?
                """,
            arguments: [revision.value.databaseValue, inPacks, newestSeen, rows.nextOrdinal, tenant])
        return counts
    }

    private mutating func text(of record: borrowing FindingRecord) throws -> Int64 {
        guard let check = try checks.check(source: record.text(.source), id: record.text(.checkID), adding: true) else {
            throw ProductError.internal
        }
        return try checks.text(of: record, check: check)
    }

    /// Gathers the names of every record, also of one that is only counted or joins another: texts of others may repeat
    /// them.
    private mutating func gatherIdentities(_ record: borrowing FindingRecord) throws {
        guard recentNames.isNew(resourcesOf: record) else { return }
        try IdentityGathering.gather(from: record) { _, text in
            if recentNames.isNew(text) { try identities.insert(text) }
        }
    }

    private mutating func subtract(_ stored: StoredFinding, _ fingerprint: Digest256) {
        guard stored.state.status.isInPacks else { return }
        inPacks -= 1
        stored.statusReason.withUnsafeBytes { reason in
            revision.subtract(
                digests.row(
                    fingerprint: fingerprint, content: stored.content, state: stored.state, statusReason: reason))
        }
    }

    private mutating func add(
        _ fingerprint: Digest256, _ content: Digest256, _ state: FindingState, _ reason: UnsafeRawBufferPointer
    ) {
        guard state.status.isInPacks else { return }
        inPacks += 1
        revision.add(digests.row(fingerprint: fingerprint, content: content, state: state, statusReason: reason))
    }

    private mutating func count(_ kind: FindingChange.Kind) {
        switch kind {
        case .insert: counts.inserted += 1
        case .update: counts.updated += 1
        case .reopen: counts.reopened += 1
        case .resolve: counts.resolved += 1
        case .unchanged: counts.unchanged += 1
        case .countOnly: counts.counted += 1
        }
    }
}
