import Bytes
import Domain
import Evidence
import GRDB

/// The checks of a tenant and the texts that its findings share, looked up once and kept for the length of an import.
///
/// Memory is bounded: a cache that reaches its limit is emptied and filled anew from the database.
struct CheckTexts: ~Copyable {
    struct Check {
        var number: Int64
        var evaluatedAt: UnixMillis?
    }

    private static let cacheLimit = 250_000

    private let tenant: Int64
    private let findCheck: SQLStatement
    private let addCheck: SQLStatement
    private let findText: SQLStatement
    private let addText: SQLStatement
    private let database: Database
    private var checks: [[UInt8]: Check] = [:]
    private var texts: [Digest256: Int64] = [:]
    private var scratch: [UInt8] = []

    init(_ database: Database, tenant: Int64) throws {
        let findCheck = try SQLStatement(
            database, "SELECT number, evaluated_at FROM finding_check WHERE tenant = ? AND source = ? AND check_id = ?")
        let addCheck = try SQLStatement(
            database, "INSERT INTO finding_check (tenant, source, check_id) VALUES (?, ?, ?)")
        let findText = try SQLStatement(database, "SELECT id FROM check_text WHERE tenant = ? AND digest = ?")
        let addText = try SQLStatement(
            database,
            """
            INSERT INTO check_text
                (tenant, finding_check, digest, source_version, check_version, title, description, remediation,
                from_scanner)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        self.database = database
        self.tenant = tenant
        self.findCheck = findCheck
        self.addCheck = addCheck
        self.findText = findText
        self.addText = addText
    }

    /// The check of a source, made when `adding`; nil when there is none and none is to be made.
    mutating func check(
        source: UnsafeRawBufferPointer, id: UnsafeRawBufferPointer, adding: Bool
    ) throws -> Check? {
        scratch.removeAll(keepingCapacity: true)
        scratch.append(contentsOf: source)
        scratch.append(0)
        scratch.append(contentsOf: id)
        if let known = checks[scratch] { return known }
        findCheck.bind(1, tenant)
        findCheck.bind(text: 2, source)
        findCheck.bind(text: 3, id)
        defer { findCheck.reset() }
        var check: Check
        if try findCheck.step() {
            check = Check(number: findCheck.int(0), evaluatedAt: findCheck.optionalTime(1))
        } else {
            guard adding else { return nil }
            addCheck.bind(1, tenant)
            addCheck.bind(text: 2, source)
            addCheck.bind(text: 3, id)
            try addCheck.run()
            check = Check(number: database.lastInsertedRowID, evaluatedAt: nil)
        }
        if checks.count >= Self.cacheLimit { checks = [:] }
        checks[scratch] = check
        return check
    }

    /// The row of a record's check texts, made when it is new.
    ///
    /// The format is part of the digest: equal texts of a scanner and of a converter are two rows, and neither passes
    /// for the other. Rows from before migration 0006 have digests without it and are not found again; findings keep
    /// theirs until their content changes.
    mutating func text(of record: borrowing FindingRecord, check: Check) throws -> Int64 {
        let fields: [FindingField] = [
            .source, .checkID, .sourceVersion, .checkVersion, .title, .description, .remediation,
        ]
        scratch.removeAll(keepingCapacity: true)
        scratch.append(record.format.rawValue)
        for field in fields {
            let text = record.text(field)
            withUnsafeBytes(of: UInt32(text.count).bigEndian) { scratch.append(contentsOf: $0) }
            scratch.append(contentsOf: text)
        }
        let digest = scratch.withUnsafeBytes { Digest256(hashing: $0) }
        if let known = texts[digest] { return known }
        findText.bind(1, tenant)
        findText.bind(2, digest)
        defer { findText.reset() }
        let id: Int64
        if try findText.step() {
            id = findText.int(0)
        } else {
            addText.bind(1, tenant)
            addText.bind(2, check.number)
            addText.bind(3, digest)
            addText.bind(text: 4, record.text(.sourceVersion))
            addText.bind(text: 5, record.text(.checkVersion))
            addText.bind(text: 6, record.text(.title))
            addText.bind(text: 7, record.text(.description))
            addText.bind(text: 8, record.text(.remediation))
            addText.bind(9, Int64(record.format == .ocsf ? 1 : 0))
            try addText.run()
            id = database.lastInsertedRowID
        }
        if texts.count >= Self.cacheLimit { texts = [:] }
        texts[digest] = id
        return id
    }
}
