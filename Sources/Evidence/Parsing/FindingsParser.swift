public import Domain
import JSONTokens

/// Reads findings, native or OCSF, from chunks of bytes split anywhere, and hands out one record after the other.
///
/// The input is a JSON array of objects, or any number of objects one after the other (JSON lines); UTF-8 or UTF-16.
/// Memory does not grow with the input: one record, one token and the table of checks are kept (see `JSONLimits`,
/// `ScanSummary`).
///
/// Errors are `IngestError` with the record's ordinal, the line and the byte; whatever `consume` throws passes through.
/// After an error the parser must not be used again. The caller discards what it has staged: all or nothing.
public struct FindingsParser: ~Copyable {
    /// How the input is to be read.
    public struct Options: Sendable {
        /// The clock by which records are judged; an import may last an hour, so its owner sets it with each chunk.
        public var clock: TimeGuard
        /// Nil detects the format from the first object.
        public var format: FindingFormat?
        /// The tenant that every record must belong to when it names one; nil accepts any (`--allow-tenant-mismatch`).
        public var expectedTenant: TenantExternalID?
        /// Whether an invalid record of well-formed JSON is counted and passed over instead of ending the import.
        /// Broken JSON, another tenant's data and mixed runs always end it.
        public var skipsBadRecords: Bool
        public var maximumRecordBytes = 4 << 20
        public var maximumInputBytes = 64 << 30

        public init(
            clock: TimeGuard, format: FindingFormat? = nil, expectedTenant: TenantExternalID? = nil,
            skipsBadRecords: Bool = false
        ) {
            self.clock = clock
            self.format = format
            self.expectedTenant = expectedTenant
            self.skipsBadRecords = skipsBadRecords
        }
    }

    enum Layout {
        case undecided, array, closedArray, sequence
    }

    /// How many complaints about passed-over records are kept.
    public static let rejectionLimit = 20

    public var options: Options
    let expectedTenant: [UInt8]?
    var tokenizer: JSONTokenizer
    var layout: Layout = .undecided
    /// The objects and arrays of the record that are being read, outermost first; empty between records.
    var contexts: [RecordContext] = []
    var slot: RecordSlot = .skip
    /// While set, everything is passed over until no more than this many containers are open.
    var skipTarget: Int?
    var record = FindingRecord()
    var draft = RecordDraft()
    var further = FurtherResources()
    var run = RunIdentity()
    var tally = ScanTally()

    /// The format, once it is known.
    public internal(set) var format: FindingFormat?
    /// Records seen, good or bad.
    public internal(set) var recordsRead = 0
    /// Records passed over because of `skipsBadRecords`, and the first complaints.
    public internal(set) var recordsRejected = 0
    public internal(set) var rejections: [IngestError] = []
    public internal(set) var warnings = IngestWarnings()

    public init(options: Options) {
        self.options = options
        expectedTenant = options.expectedTenant.map { Array($0.description.utf8) }
        format = options.format
        var limits = JSONLimits()
        limits.stringBytes = max(1024, options.maximumRecordBytes)
        limits.totalBytes = options.maximumInputBytes
        limits.replacesBadCharacters = true
        tokenizer = JSONTokenizer(limits: limits, framing: .sequence)
        contexts.reserveCapacity(16)
    }

    /// Parses the next chunk, of any size and split anywhere, calling `consume` for every record that it completes.
    public mutating func push(
        _ chunk: UnsafeRawBufferPointer, consume: (borrowing FindingRecord) throws -> Void
    ) throws {
        var rest = chunk[...]
        while !rest.isEmpty {
            // The tokeniser keeps a copy of what it is fed, so a large chunk is fed in pieces.
            let piece = rest.prefix(1 << 20)
            rest = rest.dropFirst(piece.count)
            do throws(JSONError) { try tokenizer.feed(UnsafeRawBufferPointer(rebasing: piece)) } catch {
                throw complaint(error)
            }
            try run(consume)
        }
    }

    /// Ends the input: throws when it is cut off or empty, calls `consume` for a last record.
    public mutating func finish(consume: (borrowing FindingRecord) throws -> Void) throws {
        do throws(JSONError) { try tokenizer.finish() } catch { throw complaint(error) }
        try run(consume)
        if layout == .undecided {
            throw IngestError(
                .empty, "the input holds no findings; a scan without findings is an empty array, []",
                at: RecordPosition(ordinal: 0, line: 1, byteOffset: 0))
        }
        if recordsRead > 0, run.id == nil, format == .ocsf {
            warnings.note(.runIDMissing, at: RecordPosition(ordinal: 1, line: 1, byteOffset: 0), "no unmapped.scan_id")
        }
        if tokenizer.replacedLoneSurrogates > 0 {
            warnings.note(
                .characterReplaced, at: RecordPosition(ordinal: 0, line: 1, byteOffset: 0),
                "\(tokenizer.replacedLoneSurrogates) lone surrogates in UTF-16 input")
        }
    }

    /// What the records seen so far say about their run.
    public func summary() -> ScanSummary {
        tally.summary(runID: run.id)
    }

    /// Calls `body` for every check of a scanner that the records show to have been evaluated: its source, its id.
    public func forEachEvaluatedCheck(
        _ body: (_ source: UnsafeRawBufferPointer, _ checkID: UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        try tally.forEachEvaluatedCheck(body)
    }

    /// A tokeniser's complaint, about the record that is being read or about the input between records.
    func complaint(_ error: JSONError) -> IngestError {
        IngestError(error, ordinal: contexts.isEmpty && skipTarget == nil ? 0 : recordsRead)
    }
}
