import Domain

@testable import Evidence

/// What holds for any bytes that are imported as findings; the fuzz target `findings` and `FindingsCorpusTests` check
/// it.
///
/// The first byte of an input steers: the format that is said to come, whether bad records are passed over, whose
/// findings may come, and how the text is split. The others are the text.
enum FuzzedProperties {
    /// The tenant that the kept inputs name.
    static let tenant = "7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b10"

    /// Fixed, so that an input means the same at any time: 1 December 2026.
    private static let clock = TimeGuard(now: UnixMillis(1_796_083_200_000))

    /// What was broken by this input, or nil.
    static func violation(in input: UnsafeRawBufferPointer) -> String? {
        guard let control = input.first else { return nil }
        let text = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        var options = FindingsParser.Options(clock: clock)
        switch control & 0xC0 {
        case 0x40: options.format = .native
        case 0x80: options.format = .ocsf
        default: break
        }
        options.skipsBadRecords = control & 0x20 != 0
        if control & 0x10 != 0 { options.expectedTenant = TenantExternalID(tenant) }
        let whole = FindingsReading(of: text, pieces: max(1, text.count), options)
        let piece = 1 + 3 * Int(control & 0x0F)
        let split = FindingsReading(of: text, pieces: piece, options)
        guard whole.agrees(with: split) else { return "pieces of \(piece) bytes are read in another way" }
        return whole.fault ?? split.fault
    }
}

/// One look at a text: the staged form of each record, and how it ended.
private struct FindingsReading {
    private(set) var records: [[UInt8]] = []
    private(set) var error: IngestError?
    private(set) var rejections: [IngestError] = []
    /// What no text may lead to.
    private(set) var fault: String?

    init(of text: UnsafeRawBufferPointer, pieces: Int, _ options: FindingsParser.Options) {
        var parser = FindingsParser(options: options)
        var records: [[UInt8]] = []
        var fault: String?
        var copy = FindingRecord()
        func take(_ record: borrowing FindingRecord, _ copy: inout FindingRecord) {
            var staged: [UInt8] = []
            record.appendStaged(to: &staged)
            records.append(staged)
            fault = fault ?? Self.fault(of: record, staged, &copy, options)
        }
        do {
            for start in stride(from: 0, to: text.count, by: pieces) {
                let piece = UnsafeRawBufferPointer(rebasing: text[start..<min(text.count, start + pieces)])
                try parser.push(piece) { take($0, &copy) }
            }
            try parser.finish { take($0, &copy) }
        } catch {
            self.error = error as? IngestError
            if self.error == nil { fault = "it ends with an error of another kind: \(error)" }
        }
        let (read, rejected) = (parser.recordsRead, parser.recordsRejected)
        if error == nil, records.count + rejected != read {
            fault = fault ?? "of \(read) records \(records.count) were handed out and \(rejected) passed over"
        }
        if !options.skipsBadRecords, rejected > 0 {
            fault = fault ?? "a record was passed over that had to end the import"
        }
        if error == nil, !records.isEmpty, parser.format == nil { fault = fault ?? "records of no format" }
        let summary = parser.summary()
        if summary.sources.reduce(0, { $0 + $1.records }) < records.count {
            fault = fault ?? "the summary counts fewer records than were handed out"
        }
        self.records = records
        self.fault = fault
        rejections = parser.rejections
    }

    /// Whether the same came of a text in other pieces. What is wrong with the bytes themselves may be seen ahead of
    /// the records before.
    func agrees(with other: FindingsReading) -> Bool {
        let isOfBytes = [error, other.error].contains { [.syntax, .truncated, .tooLarge].contains($0?.reason) }
        guard isOfBytes else {
            return records == other.records && error == other.error && rejections == other.rejections
        }
        return error != nil && other.error != nil
            && (records.starts(with: other.records) || other.records.starts(with: records))
    }

    private static func fault(
        of record: borrowing FindingRecord, _ staged: [UInt8], _ copy: inout FindingRecord,
        _ options: FindingsParser.Options
    ) -> String? {
        for field in FindingField.allCases {
            let text = record.text(field)
            if text.count > field.maximumBytes { return "\(field) is longer than it may be" }
            if String(validating: text, as: UTF8.self) == nil || text.contains(0) { return "\(field) is no text" }
        }
        if record.isEmpty(.source) || record.isEmpty(.checkID) { return "a record has no source or no check" }
        if !record.firstSeenAt.isLegal || !record.lastSeenAt.isLegal || record.firstSeenAt > record.lastSeenAt {
            return "a record has no possible times"
        }
        if record.occurrences != 1 { return "a record stands for several" }
        // What is no GUID names no tenant.
        if let expected = options.expectedTenant, let named = TenantExternalID(record.string(.tenantID)),
            named != expected
        {
            return "a record of another tenant was taken"
        }
        guard staged.withUnsafeBytes({ copy.loadStaged($0) }) else { return "a staged record does not read" }
        var again: [UInt8] = []
        copy.appendStaged(to: &again)
        return again == staged ? nil : "a staged record reads as another one"
    }
}
