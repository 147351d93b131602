import Bytes
import Domain
import ZipArchive

/// Checks a pack's archive against what it says of itself: names and order, checksums, and the digests, sizes, rows and
/// counts in metadata.json and summary.json.
///
/// The file may be hostile: memory is bounded by the limits below, whatever it declares. Problems are values; nothing
/// throws.
package struct PackVerifier {
    /// metadata.json has some kilobytes; summary.json grows with the number of sources.
    private static let documentLimit = 4 << 20
    /// More members than a pack has, so that those which do not belong can be named.
    private static let limits = ZipReadLimits(members: 64, contentSize: 64 << 30)
    /// More bytes than a column's name, a status or a severity has.
    private static let cellLimit = 64
    private static let names = PackFile.allCases.map(\.name)

    private enum Name {
        static let findings = PackFile.findings.name
        static let metadata = PackFile.metadata.name
        static let operations = PackFile.operations.name
        static let summary = PackFile.summary.name
    }

    private var report = PackReport()
    private var seen: [String: PackReport.File] = [:]
    private var tally = FindingTally()

    private init() {}

    /// Verifies the archive in a regular file; the descriptor is borrowed.
    package static func verify(descriptor: CInt) -> PackReport {
        var verifier = PackVerifier()
        do {
            let zip = try ZipReader(descriptor: descriptor, limits: limits)
            verifier.check(zip)
        } catch {
            verifier.report.isArchive = false
            verifier.problem("the archive is refused: \(error)")
        }
        return verifier.report
    }

    private static func count(_ rows: Int64) -> String { rows == 1 ? "1 row" : "\(rows) rows" }

    private mutating func problem(_ text: String) { report.problems.append(text) }

    private mutating func check(_ zip: ZipReader) {
        let names = zip.entries.map(\.name)
        guard names == Self.names else {
            let missing = Self.names.filter { !names.contains($0) }
            let extra = names.filter { !Self.names.contains($0) }
            if !missing.isEmpty { problem("missing: \(missing.joined(separator: ", "))") }
            if !extra.isEmpty { problem("not part of a pack: \(extra.joined(separator: ", "))") }
            if missing.isEmpty, extra.isEmpty { problem("the files are not in the order of a pack") }
            return
        }
        for entry in zip.entries {
            do {
                let file = try read(entry, of: zip)
                seen[entry.name] = file
                report.files.append(file)
            } catch { problem("\(entry.name): \(error)") }
        }
        if let metadata = document(.metadata, of: zip) { check(metadata: metadata) }
        if let summary = document(.summary, of: zip) { check(summary: summary) }
    }

    private mutating func read(_ entry: ZipEntry, of zip: ZipReader) throws -> PackReport.File {
        var rows: Int64?
        let summary: MemberSummary
        switch entry.name {
        case Name.findings:
            var tally = FindingTally()
            (summary, rows) = try readTable(entry, of: zip, columns: [FindingColumn.names]) { tally.add($1, in: $0) }
            self.tally = tally
        case Name.operations:
            (summary, rows) = try readTable(
                entry, of: zip, columns: [OperationColumn.names, OperationColumn.formerNames]
            ) { _, _ in }
        default:
            var json = JSONScanner()
            summary = try zip.read(entry) { try json.feed($0) }
            try json.finish()
        }
        return PackReport.File(
            name: entry.name, size: Int64(clamping: summary.size), rows: rows, sha256: summary.sha256.hex)
    }

    /// Reads a table to its end and gives its rows without the header line; it must have one of the lists of `columns`.
    private func readTable(
        _ entry: ZipEntry, of zip: ZipReader, columns: [[String]], onCell: (Int, UnsafeRawBufferPointer) -> Void
    ) throws -> (MemberSummary, rows: Int64) {
        var text = UTF8Scanner()
        var table = CSVReader(cellLimit: Self.cellLimit)
        var header: [String] = []
        let summary = try zip.read(entry) { chunk in
            try text.feed(chunk)
            try table.feed(chunk) { row, column, cell in
                if row > 1 { onCell(column, cell) } else { header.append(String(decoding: cell, as: UTF8.self)) }
            }
        }
        try text.finish()
        try table.finish()
        guard columns.contains(header) else { throw PackFormatError.wrongColumns }
        return (summary, Int64(table.row) - 2)
    }

    private mutating func document(_ file: PackFile, of zip: ZipReader) -> JSONTree? {
        let name = file.name
        guard let schema = file.schema, seen[name] != nil, let entry = zip.entry(named: name) else { return nil }
        do {
            let tree = try JSONTree(parsing: zip.contents(of: entry, atMost: Self.documentLimit))
            guard tree["schema"]?.string == schema else {
                problem("\(name): its schema is not \(schema); this client cannot check it")
                return nil
            }
            return tree
        } catch {
            problem("\(name): \(error)")
            return nil
        }
    }

    private mutating func check(metadata: JSONTree) {
        report.packID = metadata["pack_id"]?.string
        report.tenantName = metadata["tenant"]?["name"]?.string
        report.tenantExternalID = metadata["tenant"]?["external_id"]?.string
        report.generatedAt = metadata["generated_at"]?.string
        report.fingerprint = metadata["fingerprint"]?.string
        if report.packID.flatMap({ PackID($0) }) == nil { problem("\(Name.metadata): no pack_id") }
        let stated = metadata["files"]?.elements ?? []
        let expected = Self.names.filter { $0 != Name.metadata }
        guard stated.map({ $0["name"]?.string }) == expected else {
            return problem("\(Name.metadata): does not list exactly the six other files in their order")
        }
        for (name, record) in zip(expected, stated) {
            guard let file = seen[name] else { continue }
            if record["size"]?.integer != file.size {
                problem("\(name): has \(file.size) bytes, \(Name.metadata) says otherwise")
            }
            if record["sha256"]?.string != file.sha256 {
                problem("\(name): its SHA-256 is not the one in \(Name.metadata)")
            }
            if record["rows"]?.integer != file.rows {
                problem(
                    "\(name): has \(file.rows.map(Self.count) ?? "no rows"), \(Name.metadata) says otherwise"
                )
            }
        }
    }

    private mutating func check(summary: JSONTree) {
        for (what, stated, other) in [
            ("tenant", summary["tenant"]?["external_id"]?.string, report.tenantExternalID),
            ("tenant's name", summary["tenant"]?["name"]?.string, report.tenantName),
            ("time", summary["generated_at"]?.string, report.generatedAt),
        ] where other != nil && stated != other {
            problem("\(Name.summary): its \(what) is not the one in \(Name.metadata)")
        }
        if let rows = seen[Name.findings]?.rows {
            let findings = summary["findings"]
            if findings?["total"]?.integer != rows {
                problem(
                    "\(Name.summary): its findings are not the \(Self.count(rows)) of \(Name.findings)")
            }
            for (key, counts) in [("by_status", tally.byStatus), ("by_severity", tally.bySeverity)] {
                let stated = (findings?[key]?.members ?? [:]).compactMapValues { $0.integer }.filter { $0.value != 0 }
                if stated != counts {
                    problem("\(Name.summary): findings \(key) differ from \(Name.findings)")
                }
            }
        }
        if let rows = seen[Name.operations]?.rows, summary["operations"]?["total"]?.integer != rows {
            problem(
                "\(Name.summary): its operations are not the \(Self.count(rows)) of \(Name.operations)")
        }
    }
}

/// The rows of findings.csv by status and by severity, cell by cell.
struct FindingTally: Equatable {
    private(set) var byStatus: [String: Int64] = [:]
    private(set) var bySeverity: [String: Int64] = [:]

    /// Statuses and severities are few words; a hostile file cannot make the tables grow past this.
    private static let wordLimit = 64

    static let severityColumn = FindingColumn.allCases.firstIndex(of: .severity)
    static let statusColumn = FindingColumn.allCases.firstIndex(of: .status)

    /// Counts a cell of the column with this number; those of most columns say nothing here.
    mutating func add(_ cell: UnsafeRawBufferPointer, in column: Int) {
        if column == Self.statusColumn { Self.count(cell, in: &byStatus) }
        if column == Self.severityColumn { Self.count(cell, in: &bySeverity) }
    }

    private static func count(_ cell: UnsafeRawBufferPointer, in table: inout [String: Int64]) {
        let word = String(decoding: cell, as: UTF8.self)
        if table[word] != nil || table.count < wordLimit { table[word, default: 0] += 1 }
    }
}

/// What verifying an archive found: what it says of itself, and what of that does not hold.
package struct PackReport: Equatable, Sendable {
    package struct File: Equatable, Sendable {
        package var name: String
        package var size: Int64
        /// Without the header line; nil for a file that is no table.
        package var rows: Int64?
        /// Lower-case hex.
        package var sha256: String
    }

    package internal(set) var packID: String?
    package internal(set) var tenantName: String?
    package internal(set) var tenantExternalID: String?
    package internal(set) var generatedAt: String?
    package internal(set) var fingerprint: String?
    /// In the order of the archive.
    package internal(set) var files: [File] = []
    /// What does not hold, in the order found; none when the archive is sound in itself.
    package var problems: [String] = []
    /// False when not even the archive's structure could be read to its end.
    package internal(set) var isArchive = true

    init() {}
}
