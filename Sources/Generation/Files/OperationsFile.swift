import Domain
import Evidence
import PackFormat

/// Renders operations.csv: the runs in the window, newest first; the header line alone when they are excluded.
enum OperationsFile {
    /// Returns the number of rows.
    static func render(
        _ evidence: some TenantEvidence, as identity: PackIdentity, redactor: inout FieldRedactor,
        control: RenderControl, to content: inout some MemberContent & ~Copyable
    ) throws -> Int64 {
        var csv = CSVWriter()
        var rows: Int64 = 0
        for name in OperationColumn.names { csv.cell(name) }
        csv.endRow()
        if identity.options.includeOperations, identity.operationsWindowDays > 0 {
            let start = identity.generatedAt.advanced(byDays: -identity.operationsWindowDays)
            try evidence.forEachOperation(since: start, excluding: identity.operationRunID) { operation in
                try control.check()
                try write(operation, to: &csv, &redactor)
                rows += 1
                try csv.drainIfFull { try content.write($0) }
            }
        }
        try csv.drain { try content.write($0) }
        return rows
    }

    private static func write(
        _ operation: OperationRecord, to csv: inout CSVWriter, _ redactor: inout FieldRedactor
    ) throws {
        for column in OperationColumn.allCases {
            switch column {
            case .id: csv.cell(operation.id.description)
            case .type: csv.cell(try redactor.string(.word, operation.type.rawValue))
            case .status: csv.cell(operation.status.word)
            case .outcome: csv.cell(operation.outcome?.word ?? "")
            case .reasonCode: csv.cell(try redactor.string(.word, operation.reasonCode ?? ""))
            case .initiator: csv.cell(try redactor.string(.person, operation.initiator))
            case .startedAt: csv.cell(operation.startedAt)
            case .finishedAt: if let time = operation.finishedAt { csv.cell(time) } else { csv.cell("") }
            case .imported: csv.cell(operation.isImported ? "yes" : "no")
            }
        }
        csv.endRow()
    }
}
