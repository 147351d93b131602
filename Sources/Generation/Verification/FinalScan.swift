import Domain
import JSONTokens
import PackFormat
import ZipArchive

/// The last word before a pack without personal data exists: opens the finished archive and looks for what should not
/// be there.
///
/// It reads the bytes that callers will get, through readers of its own, and decides by code of its own what personal
/// data is; what it must not share with redaction is the point of it. All that it needs of the evidence it has before,
/// so no snapshot is held while it runs.
struct FinalScan {
    private var probe: TextProbe
    private let catalogue: CatalogueTexts
    private let control: RenderControl

    init(_ probe: TextProbe, _ catalogue: CatalogueTexts, control: RenderControl) {
        self.probe = probe
        self.catalogue = catalogue
        self.control = control
    }

    /// - Throws: `RenderError` with `redactionIncomplete` at the first place where personal data is, which it names,
    ///   and never with the text itself; `RenderError` with other reasons, and errors of the readers.
    mutating func check(_ archive: Int32) throws {
        let zip = try ZipReader(descriptor: archive, limits: .standard)
        guard zip.entries.map(\.name) == PackFile.allCases.map(\.name) else {
            throw RenderError(.internalError, detail: "the finished archive does not hold the seven files")
        }
        for (file, entry) in zip.entries.enumerated().map({ (PackFile.allCases[$0], $1) }) {
            switch file {
            case .findings, .operations: try checkCSV(file, entry, of: zip)
            default: try checkJSON(file, entry, of: zip)
            }
        }
    }

    // MARK: CSV

    private mutating func checkCSV(_ file: PackFile, _ entry: ZipEntry, of zip: ZipReader) throws {
        var reader = CSVReader()
        var columns: [String] = []
        // Of the row, until its texts come: the columns stand in this order.
        var source: [UInt8] = []
        var shared: CatalogueTexts.Fields = []
        do {
            try zip.read(entry) { chunk in
                try control.check()
                try reader.feed(chunk) { row, column, cell in
                    guard row > 1 else {
                        return columns.append(String(decoding: cell, as: UTF8.self))
                    }
                    guard column < columns.count else { throw PackFormatError.unequalRow(row) }
                    let name = columns[column]
                    // What the cell was before formulas in it were neutralised.
                    try FormulaGuards.withoutGuards(cell) { cell in
                        if name == "source" { source = Array(cell) }
                        if name == "check_id" {
                            shared = source.withUnsafeBytes { catalogue.fields(source: $0, checkID: cell) }
                        }
                        try check(cell, ScanRule.column(name, shared)) {
                            "\(file.name), row \(row), column \(name)"
                        }
                    }
                }
            }
            try reader.finish()
        } catch PackFormatError.malformedRow(let row), PackFormatError.unequalRow(let row) {
            throw RenderError(.internalError, detail: "\(file.name) is no CSV at row \(row)")
        }
    }

    // MARK: JSON

    private mutating func checkJSON(_ file: PackFile, _ entry: ZipEntry, of zip: ZipReader) throws {
        var limits = JSONLimits()
        limits.depth = 1100
        limits.stringBytes = 64 << 20
        limits.numberBytes = 64 << 20
        limits.acceptsNUL = true
        var tokenizer = JSONTokenizer(limits: limits)
        var path = JSONPath()
        do {
            try zip.read(entry) { chunk in
                try tokenizer.feed(chunk)
                try checkTokens(of: &tokenizer, file, &path)
            }
            try tokenizer.finish()
            try checkTokens(of: &tokenizer, file, &path)
        } catch let error as JSONError {
            throw RenderError(.internalError, detail: "\(file.name) is no JSON: \(error)")
        }
    }

    private mutating func checkTokens(
        of tokenizer: inout JSONTokenizer, _ file: PackFile, _ path: inout JSONPath
    ) throws {
        while true {
            try control.check()
            let token = try tokenizer.next()
            switch token {
            case .needsInput, .end: return
            case .beginObject: path.open(isObject: true)
            case .beginArray: path.open(isObject: false)
            case .endObject, .endArray: path.close()
            case .key:
                if ScanRule.isTenantKey(in: path, of: file) {
                    try check(Self.propertyName(tokenizer.text), .tenantText) { "\(file.name), a key" }
                }
                path.setKey(tokenizer.text)
            case .string:
                try check(tokenizer.text, ScanRule.string(at: path, of: file)) {
                    "\(file.name), under \(path.firstKey)"
                }
            case .number, .true, .false, .null: break
            }
        }
    }

    /// A key without the annotation that OData puts behind it: `members` of `members@odata.count`.
    private static func propertyName(_ key: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let text = String(decoding: key, as: UTF8.self)
        guard let at = text.firstIndex(of: "@"), text[at...].hasPrefix("@odata."),
            text[at...].dropFirst(7).allSatisfy({ $0.isASCII && $0.isLetter })
        else { return key }
        return UnsafeRawBufferPointer(rebasing: key.prefix(text[..<at].utf8.count))
    }

    // MARK: Texts

    private mutating func check(
        _ text: UnsafeRawBufferPointer, _ rule: ScanRule, _ place: () -> String
    ) throws {
        guard let finding = try probe.check(text, rule) else { return }
        throw RenderError(.redactionIncomplete, detail: "\(place()): \(finding.rawValue)")
    }
}
