import Domain
import ZipArchive

/// Checks a pack's archive against what it says of itself: names and order, checksums, and the digests, sizes, rows and
/// counts in metadata.json and summary.json.
///
/// The file may be hostile: memory is bounded by the limits below, whatever it declares. Problems are values; nothing
/// throws.
struct PackVerifier {
    /// metadata.json has some kilobytes; summary.json grows with the number of sources.
    private static let documentLimit = 4 << 20
    /// More members than a pack has, so that those which do not belong can be named.
    private static let limits = ZipReadLimits(members: 64, contentSize: 64 << 30)

    private var report: PackReport
    private var seen: [String: PackReport.File] = [:]
    private var tally = FindingTally()

    private init(report: PackReport) { self.report = report }

    /// - Parameter report: names the file; the rest of it is filled in.
    static func verify(descriptor: CInt, report: PackReport) -> PackReport {
        var verifier = PackVerifier(report: report)
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
        guard names == PackContents.names else {
            let missing = PackContents.names.filter { !names.contains($0) }
            let extra = names.filter { !PackContents.names.contains($0) }
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
        if let metadata = document(PackContents.metadata, schema: "reviewpack.metadata/1", of: zip) {
            check(metadata: metadata)
        }
        if let summary = document(PackContents.summary, schema: "reviewpack.summary/1", of: zip) {
            check(summary: summary)
        }
    }

    private mutating func read(_ entry: ZipEntry, of zip: ZipReader) throws -> PackReport.File {
        var rows: Int64?
        let summary: MemberSummary
        switch entry.name {
        case PackContents.findings:
            var tally = FindingTally()
            (summary, rows) = try readTable(
                entry, of: zip, columns: [PackContents.findingColumns],
                wanted: [PackContents.severityColumn, PackContents.statusColumn]
            ) { tally.add($0) }
            self.tally = tally
        case PackContents.operations:
            (summary, rows) = try readTable(
                entry, of: zip, columns: [PackContents.operationColumns, PackContents.formerOperationColumns]
            ) { _ in }
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
        _ entry: ZipEntry, of zip: ZipReader, columns: [[String]], wanted: Set<Int> = [],
        onRow: ([Int: [UInt8]]) -> Void
    ) throws -> (MemberSummary, rows: Int64) {
        var text = UTF8Scanner()
        var table = CSVScanner(wanted: wanted)
        let summary = try zip.read(entry) { chunk in
            try text.feed(chunk)
            try table.feed(chunk, onRow: onRow)
        }
        try text.finish()
        try table.finish()
        guard columns.contains(table.header) else { throw ColumnFault() }
        return (summary, table.rows - 1)
    }

    private mutating func document(_ name: String, schema: String, of zip: ZipReader) -> JSONTree? {
        guard seen[name] != nil, let entry = zip.entry(named: name) else { return nil }
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
        if report.packID.flatMap({ PackID($0) }) == nil { problem("\(PackContents.metadata): no pack_id") }
        let stated = metadata["files"]?.elements ?? []
        let expected = PackContents.names.filter { $0 != PackContents.metadata }
        guard stated.map({ $0["name"]?.string }) == expected else {
            return problem("\(PackContents.metadata): does not list exactly the six other files in their order")
        }
        for (name, record) in zip(expected, stated) {
            guard let file = seen[name] else { continue }
            if record["size"]?.integer != file.size {
                problem("\(name): has \(file.size) bytes, \(PackContents.metadata) says otherwise")
            }
            if record["sha256"]?.string != file.sha256 {
                problem("\(name): its SHA-256 is not the one in \(PackContents.metadata)")
            }
            if record["rows"]?.integer != file.rows {
                problem(
                    "\(name): has \(file.rows.map(Self.count) ?? "no rows"), \(PackContents.metadata) says otherwise"
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
            problem("\(PackContents.summary): its \(what) is not the one in \(PackContents.metadata)")
        }
        if let rows = seen[PackContents.findings]?.rows {
            let findings = summary["findings"]
            if findings?["total"]?.integer != rows {
                problem(
                    "\(PackContents.summary): its findings are not the \(Self.count(rows)) of \(PackContents.findings)")
            }
            for (key, counts) in [("by_status", tally.byStatus), ("by_severity", tally.bySeverity)] {
                let stated = (findings?[key]?.members ?? [:]).compactMapValues { $0.integer }.filter { $0.value != 0 }
                if stated != counts {
                    problem("\(PackContents.summary): findings \(key) differ from \(PackContents.findings)")
                }
            }
        }
        if let rows = seen[PackContents.operations]?.rows, summary["operations"]?["total"]?.integer != rows {
            problem(
                "\(PackContents.summary): its operations are not the \(Self.count(rows)) of \(PackContents.operations)")
        }
    }
}

/// A table of a pack with other columns than the format has.
struct ColumnFault: Error, CustomStringConvertible {
    var description: String { "its columns are not those of a pack" }
}

extension CSVScanner.Fault: CustomStringConvertible {
    var description: String {
        switch self {
        case .malformed(let row): "line \(row) is not RFC 4180"
        case .wrongWidth(let row): "line \(row) has another number of cells than the header"
        }
    }
}

extension JSONTree.Fault: CustomStringConvertible {
    var description: String {
        switch self {
        case .syntax(let error): "\(error)"
        case .duplicateKey(let key): "the key \(key.debugDescription) stands twice"
        }
    }
}

/// The rows of findings.csv by status and by severity.
struct FindingTally: Equatable {
    private(set) var byStatus: [String: Int64] = [:]
    private(set) var bySeverity: [String: Int64] = [:]

    /// Statuses and severities are few words; a hostile file cannot make the tables grow past this.
    private static let wordLimit = 64

    mutating func add(_ cells: [Int: [UInt8]]) {
        Self.count(cells[PackContents.statusColumn], in: &byStatus)
        Self.count(cells[PackContents.severityColumn], in: &bySeverity)
    }

    private static func count(_ cell: [UInt8]?, in table: inout [String: Int64]) {
        let word = String(decoding: cell ?? [], as: UTF8.self)
        if table[word] != nil || table.count < wordLimit { table[word, default: 0] += 1 }
    }
}
