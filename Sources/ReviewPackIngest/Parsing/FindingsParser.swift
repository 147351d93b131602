import JSONTokens
import ReviewPackModel

/// Reads findings from chunks of bytes and hands out one record after the other.
public struct FindingsParser: ~Copyable {
    /// How the input is to be read.
    public struct Options: Sendable {
        /// Nil detects the format from the first object.
        public var format: FindingFormat?
        /// The tenant that every record must belong to when it names one; nil accepts any (`--allow-tenant-mismatch`).
        public var expectedTenant: TenantExternalID?
        /// Whether an invalid record of well-formed JSON is counted and passed over instead of ending the import.
        public var skipsBadRecords = false
        public var maximumRecordBytes = 4 << 20
        public var maximumInputBytes = 16 << 30

        public init(
            format: FindingFormat? = nil, expectedTenant: TenantExternalID? = nil, skipsBadRecords: Bool = false
        ) {
            self.format = format
            self.expectedTenant = expectedTenant
            self.skipsBadRecords = skipsBadRecords
        }
    }

    private var record = FindingRecord()

    public init(options: Options = Options()) {}

    /// Parses the next chunk, of any size and split anywhere, calling `consume` for every record that it completes.
    public mutating func push(
        _ chunk: UnsafeRawBufferPointer, consume: (borrowing FindingRecord) throws -> Void
    ) throws {}

    /// Ends the input: throws when it is cut off or empty.
    public mutating func finish(consume: (borrowing FindingRecord) throws -> Void) throws {}

    /// The format, once it is known.
    public var format: FindingFormat? { nil }
    /// Records seen, good or bad.
    public var recordsRead: Int { 0 }
    /// Records passed over because of `skipsBadRecords`, and the first complaints.
    public var recordsRejected: Int { 0 }
    public var rejections: [IngestError] { [] }
}
