import Bytes
import Domain
import Evidence
import GRDB

/// A stored finding as an import needs to see it.
struct StoredFinding {
    var id: Int64
    var content: Digest256
    var state: FindingState
    var statusReason: [UInt8]
    /// As it is stored, whatever number it is; read for an import alone.
    var severity: Int64 = 0
}

/// The rows of a tenant's findings: found by fingerprint, added in order, changed as a lifecycle decision says.
struct FindingRows: ~Copyable {
    private let tenant: Int64
    private let find: SQLStatement
    private let read: SQLStatement
    private let add: SQLStatement
    private let addDetail: SQLStatement
    private let update: SQLStatement
    private let updateContent: SQLStatement
    private let updateDetail: SQLStatement
    private let database: Database
    private(set) var nextOrdinal: Int64
    /// Whether the tenant had any findings before; a first import looks nothing up.
    private let hadFindings: Bool
    /// By how many the findings of each status and severity have become more or fewer.
    private var moved: [CountedKind: Int64] = [:]

    private struct CountedKind: Hashable {
        var status: Int64
        var severity: Int64
    }

    static let columns =
        """
        id, content, result, status, acknowledgement, first_seen_at, last_seen_at, resolved_at, decided_at, result_at,
        status_reason
        """

    init(_ database: Database, tenant: Int64, nextOrdinal: Int64) throws {
        let find = try SQLStatement(
            database, "SELECT \(Self.columns), severity FROM finding WHERE tenant = ? AND fingerprint = ?")
        let read = try SQLStatement(database, "SELECT \(Self.columns), severity, fingerprint FROM finding WHERE id = ?")
        let add = try SQLStatement(
            database,
            """
            INSERT INTO finding (id, tenant, fingerprint, content, check_text, severity, result, status,
                acknowledgement,
                occurrences, first_seen_at, last_seen_at, resolved_at, decided_at, result_at, status_reason)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        let addDetail = try SQLStatement(
            database,
            "INSERT INTO finding_detail (id, resource_type, resource_id, resource_name, detail) VALUES (?, ?, ?, ?, ?)")
        let update = try SQLStatement(
            database,
            """
            UPDATE finding SET result = ?, status = ?, acknowledgement = ?, first_seen_at = ?, last_seen_at = ?,
                resolved_at = ?, decided_at = ?, result_at = ?, status_reason = ? WHERE id = ?
            """)
        let updateContent = try SQLStatement(
            database, "UPDATE finding SET content = ?, check_text = ?, severity = ?, occurrences = ? WHERE id = ?")
        let updateDetail = try SQLStatement(
            database,
            """
            UPDATE finding_detail SET resource_type = ?, resource_id = ?, resource_name = ?, detail = ? WHERE id = ?
            """)
        self.database = database
        self.tenant = tenant
        self.nextOrdinal = nextOrdinal
        hadFindings = nextOrdinal > 1
        self.find = find
        self.read = read
        self.add = add
        self.addDetail = addDetail
        self.update = update
        self.updateContent = updateContent
        self.updateDetail = updateDetail
    }

    func stored(_ fingerprint: Digest256) throws -> StoredFinding? {
        guard hadFindings else { return nil }
        find.bind(1, tenant)
        find.bind(2, fingerprint)
        defer { find.reset() }
        guard try find.step() else { return nil }
        return try Self.withSeverity(find)
    }

    func stored(id: Int64) throws -> (finding: StoredFinding, fingerprint: Digest256)? {
        read.bind(1, id)
        defer { read.reset() }
        guard try read.step(), let fingerprint = Digest256(read.bytes(12)) else { return nil }
        return (try Self.withSeverity(read), fingerprint)
    }

    private static func withSeverity(_ row: borrowing SQLStatement) throws -> StoredFinding {
        var stored = try finding(row)
        stored.severity = row.int(11)
        return stored
    }

    /// The finding of a row of `columns`.
    static func finding(_ row: borrowing SQLStatement) throws -> StoredFinding {
        guard let content = Digest256(row.bytes(1)), let result = FindingResult(rawValue: UInt8(clamping: row.int(2))),
            let status = FindingStatus(rawValue: UInt8(clamping: row.int(3))),
            let acknowledgement = AcknowledgementOrigin(rawValue: UInt8(clamping: row.int(4)))
        else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a finding's row holds impossible values") }
        return StoredFinding(
            id: row.int(0), content: content,
            state: FindingState(
                status: status, acknowledgement: acknowledgement, result: result,
                firstSeenAt: UnixMillis(row.int(5)), lastSeenAt: UnixMillis(row.int(6)),
                resolvedAt: row.optionalTime(7),
                decidedAt: UnixMillis(row.int(8)), resultAt: UnixMillis(row.int(9))),
            statusReason: Array(row.bytes(10)))
    }

    /// Adds a finding behind all others of the tenant.
    mutating func insert(
        _ record: borrowing FindingRecord, _ fingerprint: Digest256, content: Digest256, text: Int64,
        state: FindingState
    ) throws {
        guard nextOrdinal <= FindingKey.maximumOrdinal else {
            throw ProductError(.importTooLarge, "the tenant has as many findings as it can ever hold")
        }
        let id = tenant << FindingKey.ordinalBits | nextOrdinal
        nextOrdinal += 1
        add.bind(1, id)
        add.bind(2, tenant)
        add.bind(3, fingerprint)
        add.bind(4, content)
        add.bind(5, text)
        add.bind(6, Int64(record.severity.rawValue))
        add.bind(7, Int64(state.result.rawValue))
        add.bind(8, Int64(state.status.rawValue))
        add.bind(9, Int64(state.acknowledgement.rawValue))
        add.bind(10, record.occurrences)
        add.bind(11, state.firstSeenAt)
        add.bind(12, state.lastSeenAt)
        add.bind(13, state.resolvedAt)
        add.bind(14, state.decidedAt)
        add.bind(15, state.resultAt)
        bindReason(add, 16, record.text(.statusReason))
        try add.run()
        addDetail.bind(1, id)
        bindDetail(addDetail, from: 2, record)
        try addDetail.run()
        count(state.status, Int64(record.severity.rawValue), by: 1)
    }

    /// Notes that a stored finding has another status or severity from now on.
    mutating func noteMove(of stored: StoredFinding, to status: FindingStatus, severity: Int64) {
        guard stored.state.status != status || stored.severity != severity else { return }
        count(stored.state.status, stored.severity, by: -1)
        count(status, severity, by: 1)
    }

    private mutating func count(_ status: FindingStatus, _ severity: Int64, by change: Int64) {
        moved[CountedKind(status: Int64(status.rawValue), severity: severity), default: 0] += change
    }

    /// Brings the tenant's stored counts (`finding_count`) up to date with what was written.
    func writeCounts() throws {
        for (kind, change) in moved where change != 0 {
            try database.cachedStatement(
                sql: """
                    INSERT INTO finding_count (tenant, status, severity, findings) VALUES (?, ?, ?, ?)
                        ON CONFLICT (tenant, status, severity) DO UPDATE SET findings = findings + excluded.findings
                    """
            ).execute(arguments: [tenant, kind.status, kind.severity, change])
        }
    }

    /// Gives a finding that stands for one record another fingerprint; false for one that stands for more.
    func rename(_ id: Int64, to fingerprint: Digest256) throws -> Bool {
        try database.cachedStatement(
            sql: "UPDATE finding SET fingerprint = ? WHERE id = ? AND occurrences = 1"
        ).execute(arguments: [fingerprint.databaseValue, id])
        return database.changesCount > 0
    }

    func write(_ state: FindingState, reason: UnsafeRawBufferPointer, to id: Int64) throws {
        update.bind(1, Int64(state.result.rawValue))
        update.bind(2, Int64(state.status.rawValue))
        update.bind(3, Int64(state.acknowledgement.rawValue))
        update.bind(4, state.firstSeenAt)
        update.bind(5, state.lastSeenAt)
        update.bind(6, state.resolvedAt)
        update.bind(7, state.decidedAt)
        update.bind(8, state.resultAt)
        bindReason(update, 9, reason)
        update.bind(10, id)
        try update.run()
    }

    func writeContent(_ record: borrowing FindingRecord, content: Digest256, text: Int64, to id: Int64) throws {
        updateContent.bind(1, content)
        updateContent.bind(2, text)
        updateContent.bind(3, Int64(record.severity.rawValue))
        updateContent.bind(4, record.occurrences)
        updateContent.bind(5, id)
        try updateContent.run()
        bindDetail(updateDetail, from: 1, record)
        updateDetail.bind(5, id)
        try updateDetail.run()
    }

    private func bindReason(_ statement: borrowing SQLStatement, _ index: Int32, _ reason: UnsafeRawBufferPointer) {
        if reason.isEmpty { statement.bindNull(index) } else { statement.bind(text: index, reason) }
    }

    private func bindDetail(
        _ statement: borrowing SQLStatement, from index: Int32, _ record: borrowing FindingRecord
    ) {
        statement.bind(text: index, record.text(.resourceType))
        statement.bind(text: index + 1, record.text(.resourceID))
        statement.bind(text: index + 2, record.text(.resourceName))
        statement.bind(text: index + 3, record.text(.detail))
    }
}

/// The keys of finding rows: a tenant's number in the high bits, the finding's ordinal in the low 40.
enum FindingKey {
    static let ordinalBits: Int64 = 40
    static let maximumOrdinal: Int64 = 1 << ordinalBits - 1
    static let maximumTenant: Int64 = 1 << 22 - 1

    static func range(ofTenant number: Int64) -> ClosedRange<Int64> {
        number << ordinalBits...(number << ordinalBits | maximumOrdinal)
    }
}
