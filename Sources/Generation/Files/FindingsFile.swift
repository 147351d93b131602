import Domain
import Evidence
import PackFormat

/// Renders findings.csv in one pass over the evidence, a row at a time.
struct FindingsFile {
    private var csv = CSVWriter()
    private(set) var summary = PackSummary()

    /// Writes header and rows; returns the counts of what was written. `catalogue` is not needed with personal data
    /// included.
    static func render(
        _ evidence: some TenantEvidence, catalogue: CatalogueTexts?, redactor: inout FieldRedactor,
        control: RenderControl, to content: inout some MemberContent & ~Copyable
    ) throws -> PackSummary {
        var file = FindingsFile()
        for name in FindingColumn.names { file.csv.cell(name) }
        file.csv.endRow()
        try evidence.forEachFinding { finding in
            try control.check()
            try file.write(finding, catalogue, &redactor)
            try file.csv.drainIfFull { try content.write($0) }
            control.report(findings: file.summary.findings)
        }
        try redactor.beginRow(ownNames: UnsafeRawBufferPointer(start: nil, count: 0))
        try file.csv.drain { try content.write($0) }
        return file.summary
    }

    private mutating func write(
        _ finding: borrowing FindingRow, _ catalogue: CatalogueTexts?, _ redactor: inout FieldRedactor
    ) throws {
        let shared = catalogue?.fields(source: finding.source, checkID: finding.checkID) ?? []
        try redactor.beginRow(ownNames: finding.resourceName)
        for column in FindingColumn.allCases { try write(column, of: finding, shared, &redactor) }
        csv.endRow()
        switch finding.status {
        case .acknowledged: summary.findingsAcknowledged += 1
        // Packs hold no resolved findings; one that evidence hands out all the same would be counted where it stands
        // out.
        case .open, .resolved: summary.findingsOpen += 1
        }
        summary.findingsBySeverity[Int(finding.severity.rawValue)] += 1
    }

    @inline(__always)
    private mutating func write(
        _ column: FindingColumn, of finding: borrowing FindingRow, _ shared: CatalogueTexts.Fields,
        _ redactor: inout FieldRedactor
    ) throws {
        func kind(_ field: CatalogueTexts.Fields) -> FieldKind {
            shared.contains(field) ? .catalogueText : .tenantText
        }
        switch column {
        case .fingerprint: csv.cell(finding.fingerprint)
        case .source: try redactor.apply(.word, to: finding.source) { csv.cell($0) }
        case .sourceVersion: try redactor.apply(.tenantText, to: finding.sourceVersion) { csv.cell($0) }
        case .checkID: try redactor.apply(kind(.checkID), to: finding.checkID) { csv.cell($0) }
        case .checkVersion: try redactor.apply(.tenantText, to: finding.checkVersion) { csv.cell($0) }
        case .title: try redactor.apply(kind(.title), to: finding.title) { csv.cell($0) }
        case .severity: csv.cell(finding.severity.word)
        case .result: csv.cell(finding.result.word)
        case .status: csv.cell(finding.status.word)
        case .statusReason: try redactor.apply(.tenantText, to: finding.statusReason) { csv.cell($0) }
        case .resourceType: try redactor.apply(.word, to: finding.resourceType) { csv.cell($0) }
        case .resourceID: try redactor.apply(.tenantText, to: finding.resourceID) { csv.cell($0) }
        case .resourceName: try redactor.apply(.person, to: finding.resourceName) { csv.cell($0) }
        case .occurrences: csv.cell(finding.occurrences)
        case .firstSeenAt: csv.cell(finding.firstSeenAt)
        case .lastSeenAt: csv.cell(finding.lastSeenAt)
        case .description: try redactor.apply(kind(.description), to: finding.description) { csv.cell($0) }
        case .detail: try redactor.apply(.tenantText, to: finding.detail) { csv.cell($0) }
        case .remediation: try redactor.apply(kind(.remediation), to: finding.remediation) { csv.cell($0) }
        }
    }
}
