import Bytes
import Domain
import Evidence
import PackFormat

@testable import Generation

/// What holds for any names and any text; the fuzz target `redaction` and `RedactionCorpusTests` check it.
///
/// The bytes 0xFF part an input: in front of the last of the first four stand the names of the tenant's data, behind it
/// the text.
enum FuzzedProperties {
    /// What was broken by this input, or nil.
    static func violation(in input: UnsafeRawBufferPointer) -> String? {
        do { return try fault(in: input) } catch { return "nobody asked it to stop, but it throws \(error)" }
    }

    private static func fault(in input: UnsafeRawBufferPointer) throws -> String? {
        var parts = input.split(separator: 0xFF, maxSplits: 4, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        let text = Array((parts.popLast() ?? "").utf8)
        let control = RenderControl()
        let evidence = NamesAlone(names: parts)
        let dictionary = try IdentityDictionary.read(from: evidence, hashPoint: 0x0123_4567_89AB_CDEF)
        var redactor = TextRedactor(dictionary: dictionary)
        let names = try EvidenceNames.gather(from: evidence, hashPoint: 0x0FED_CBA9_8765_4321, control: control)
        var probe = TextProbe(names, hashPoint: 0x0FED_CBA9_8765_4321, control: control)
        var settler = CellSettler(probe)
        for kind in [TextKind.tenant, .catalogue] {
            let rule: ScanRule = kind == .tenant ? .tenantText : .catalogueText
            let redacted = try text.withUnsafeBytes { try redactor.redact($0, as: kind) > 0 ? redactor.output : text }
            if try redacted.withUnsafeBytes({ try redactor.redact($0, as: kind) }) > 0 {
                return "what redaction wrote it redacts again: \(quoted(redacted))"
            }
            if kind == .tenant, let name = plainName(of: parts, in: redacted) {
                return "redaction left \(name) in \(quoted(redacted))"
            }
            let settled = try redacted.withUnsafeBytes {
                try settler.settle($0, as: kind) > 0 ? settler.output : redacted
            }
            if let finding = try settled.withUnsafeBytes({ try probe.check($0, rule) }) {
                return "the scan finds \(finding.rawValue) in \(quoted(settled))"
            }
            if let fault = cellFault(settled) { return fault }
        }
        return cellFault(text)
    }

    private static func quoted(_ text: [UInt8]) -> String { String(decoding: text, as: UTF8.self).debugDescription }

    /// A name of ASCII letters and spaces that a plain search finds as whole words: a third opinion.
    private static func plainName(of names: [String], in text: [UInt8]) -> String? {
        let isLetter = { (byte: UInt8) in (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        guard text.allSatisfy({ $0 < 0x80 }) else { return nil }
        // What stands between tokens: `[REDACTED]` is no word of the text.
        let pieces = text.withUnsafeBytes { RedactionTokens.pieces(of: $0).map { $0.map(lowercased) } }
        for name in names where IdentityRule.accepts(name) && !name.contains("  ") {
            let wanted = name.utf8.map(lowercased)
            guard let first = wanted.first, let last = wanted.last, isLetter(first), isLetter(last),
                wanted.allSatisfy({ isLetter($0) || $0 == 0x20 })
            else { continue }
            for piece in pieces where piece.count >= wanted.count {
                for start in 0...piece.count - wanted.count where piece[start...].starts(with: wanted) {
                    let end = start + wanted.count
                    if start > 0, isWord(piece[start - 1]) { continue }
                    if end < piece.count, isWord(piece[end]) { continue }
                    return name
                }
            }
        }
        return nil
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// A cell reads back as it was written, and its guards can be taken away again.
    private static func cellFault(_ text: [UInt8]) -> String? {
        var csv = CSVWriter()
        text.withUnsafeBytes { csv.cell($0) }
        csv.endRow()
        var reader = CSVReader()
        var cells: [[UInt8]] = []
        do {
            try csv.bytes.withUnsafeBytes { try reader.feed($0) { _, _, cell in cells.append(Array(cell)) } }
            try reader.finish()
        } catch { return "the row of \(quoted(text)) is no CSV: \(error)" }
        guard cells.count == 1, FormulaGuards.removed(from: cells[0]) == text else {
            return "the cell of \(quoted(text)) reads as another one"
        }
        return nil
    }
}

/// A tenant of whom nothing is known but names.
private struct NamesAlone: TenantEvidence {
    var names: [String]
    var workspaceName: String { "" }
    var workspaceID: WorkspaceID { WorkspaceID(high: 1, low: 1) }
    var tenantID: TenantID { TenantID(high: 1, low: 2) }
    var tenantExternalID: TenantExternalID { TenantExternalID(high: 1, low: 3) }
    var tenantName: String { "" }

    func fingerprint(options: PackOptions) throws -> Digest256 { throw Unknown() }
    func hardening() throws -> HardeningSettings? { nil }
    func report(_ type: ReportType) throws -> ReportRecord? { nil }
    func readPayload(of type: ReportType, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {}
    func findingsCount() throws -> Int64 { 0 }
    func forEachFinding(_ body: (borrowing FindingRow) throws -> Void) throws {}
    func forEachCheckText(_ body: (borrowing CheckTextRow) throws -> Void) throws {}
    func forEachOperation(
        since start: UnixMillis, excluding excluded: OperationRunID?, _ body: (OperationRecord) throws -> Void
    ) throws {}
    func sources() throws -> [SourceFreshness] { [] }
    func forEachIdentity(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        for name in names { try Array(name.utf8).withUnsafeBytes(body) }
    }

    private struct Unknown: Error {}
}
