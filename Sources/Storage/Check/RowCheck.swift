import Domain
import Evidence
import GRDB

/// Names the rows whose values are not what the schema promises: those that a request is refused for with
/// DATABASE_DAMAGED.
///
/// SQLite's own check tells of a wrong type or a NULL, but not in which row, and it does not know what a time, an id or
/// a status is. What the columns of a table promise is read from the schema and from the lists below. Audit events have
/// a check of their own.
enum RowCheck {
    /// How many rows of one table are listed.
    private static let limit = 100

    static func problems(_ database: Database) throws -> [CheckProblem] {
        let tables = try SchemaObject.all(database).filter { $0.isTable && !chained.contains($0.name) }
        return try tables.flatMap { try problems(of: $0.name, database) }
    }

    private static func problems(of table: String, _ database: Database) throws -> [CheckProblem] {
        let columns = try Column.all(of: table, database)
        let conditions = columns.map { (name: $0.name, isBad: $0.isBad(in: table)) } + (extra[table] ?? [])
        let keys = columns.filter(\.isKey).map(\.name)
        guard !conditions.isEmpty, !keys.isEmpty else { return [] }
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT CASE \(conditions.map { "WHEN \($0.isBad) THEN '\($0.name)'" }.joined(separator: " ")) END,
                    \(keys.joined(separator: ", "))
                FROM \(table) WHERE \(conditions.map(\.isBad).joined(separator: " OR ")) LIMIT \(limit)
                """)
        return rows.map { row in
            let values = Array(row.databaseValues)
            let column = values.first.flatMap { String.fromDatabaseValue($0) } ?? "a column"
            let key = values.dropFirst().map(words).joined(separator: " ")
            return CheckProblem(
                .databaseDamaged, "\(table) \(key)",
                "the row \(key) of \(table) holds no legal value in \(column); restore a backup")
        }
    }

    /// A key's value in one short line.
    private static func words(_ value: DatabaseValue) -> String {
        if let text = String.fromDatabaseValue(value), case .string = value.storage {
            return String(text.prefix(100)).split(whereSeparator: \.isNewline).joined(separator: " ")
        }
        if let id = ID<Any>.fromDatabaseValue(value) { return id.description }
        return String(value.description.prefix(100))
    }

    // MARK: - What is promised beyond the type

    private static let chained: Set = ["audit_event", "audit_head"]

    /// The lengths of BLOBs, by the names that they have in every table.
    private static let lengths: [String: Int] = [
        "id": 16, "external_id": 16, "operation_run": 16, "superseded_by": 16, "pack": 16, "request_id": 16,
        "fingerprint": 32, "previous_fingerprint": 32, "sha256": 32, "content": 32, "digest": 32,
        "findings_revision": 32, "request_digest": 32, "secret": 32,
    ]

    private static let enumerations: [String: [UInt8]] = [
        "review_pack.status": PackStatus.allCases.map(\.rawValue),
        "operation_run.status": OperationStatus.allCases.map(\.rawValue),
        "operation_run.outcome": OperationOutcome.allCases.map(\.rawValue),
        "report.type": ReportType.allCases.map(\.rawValue),
        "finding_count.status": FindingStatus.allCases.map(\.rawValue),
        "finding_count.severity": Severity.allCases.map(\.rawValue),
        "finding.severity": Severity.allCases.map(\.rawValue),
        "finding.result": FindingResult.allCases.map(\.rawValue),
        "finding.status": FindingStatus.allCases.map(\.rawValue),
        "finding.acknowledgement": AcknowledgementOrigin.allCases.map(\.rawValue),
    ]

    private static let ranges: [String: ClosedRange<Int64>] = [
        "tenant.next_finding": 1...FindingKey.maximumOrdinal + 1,
        "tenant.findings_in_packs": 0...FindingKey.maximumOrdinal,
        "review_pack.file_size": 0...PackRecord.maximumFileSize,
        "review_pack.retention_days": 0...Int64(PackRecord.maximumRetentionDays),
        "report.payload_bytes": 0...Int64(ReportPart.maximumBytes),
        "check_text.from_scanner": 0...1,
    ]

    private static let extra: [String: [(name: String, isBad: String)]] = [
        "tenant": [
            (
                "fingerprint_key",
                "NOT EXISTS (SELECT 1 FROM fingerprint_key WHERE fingerprint_key.tenant = tenant.number)"
            )
        ],
        "review_pack": [
            (
                "options",
                """
                CASE WHEN json_valid(options) THEN
                    ifnull(json_type(options, '$.include_pii'), '') NOT IN ('true', 'false')
                    OR ifnull(json_type(options, '$.include_operations'), '') NOT IN ('true', 'false') ELSE 1 END
                """
            )
        ]
            + ["fingerprint", "sha256", "file_path", "file_size", "generated_at", "expires_at"].map {
                ($0, "(status = \(PackStatus.ready.sql) AND \($0) IS NULL)")
            },
    ]

    /// A column as the schema declares it.
    private struct Column {
        var name: String
        /// INTEGER, TEXT or BLOB.
        var type: String
        var isNullable: Bool
        var isKey: Bool

        static func all(of table: String, _ database: Database) throws -> [Column] {
            try Row.fetchAll(
                database, sql: "SELECT name, type, \"notnull\", pk FROM pragma_table_info(?) ORDER BY cid",
                arguments: [table]
            ).map { row in
                let row = row.of("table_info")
                return Column(
                    name: try row.value("name"), type: try row.value("type"),
                    isNullable: try !(row.value("notnull") as Bool), isKey: try row.value("pk") as Int > 0)
            }
        }

        /// In SQL: that the value is none that the column may have.
        func isBad(in table: String) -> String {
            let types = "'\(type.lowercased())'" + (isNullable ? ", 'null'" : "")
            var conditions = ["typeof(\(name)) NOT IN (\(types))"]
            if type == "BLOB", let length = RowCheck.lengths[name] { conditions.append("length(\(name)) <> \(length)") }
            if name.hasSuffix("_at") {
                conditions.append(
                    "\(name) NOT BETWEEN \(UnixMillis.earliest.rawValue) AND \(UnixMillis.latest.rawValue)")
            }
            if let values = RowCheck.enumerations["\(table).\(name)"] {
                conditions.append("\(name) NOT IN (\(values.map { "\($0)" }.joined(separator: ", ")))")
            }
            if let range = RowCheck.ranges["\(table).\(name)"] {
                conditions.append("\(name) NOT BETWEEN \(range.lowerBound) AND \(range.upperBound)")
            }
            return "(" + conditions.joined(separator: " OR ") + ")"
        }
    }
}
