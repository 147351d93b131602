package import Bytes

/// What is known of a member once all its content has been seen, by the writer or by the reader.
package struct MemberSummary: Equatable, Sendable {
    /// Path inside the archive, UTF-8, with `/` between components.
    package let name: String
    /// How the content is held.
    package let method: CompressionMethod
    /// Bytes of content.
    package let size: UInt64
    /// Bytes that the content takes in the archive, without headers.
    package let compressedSize: UInt64
    /// CRC-32 of the content (the polynomial of ISO 3309, as APPNOTE 4.4.7 asks).
    package let crc32: UInt32
    /// SHA-256 of the content.
    package let sha256: Digest256
}

/// The two methods that this container uses (APPNOTE 4.4.5); the raw value is the number in the headers.
package enum CompressionMethod: UInt16, Sendable, CaseIterable {
    case stored = 0
    case deflated = 8
}

/// What a finished archive holds.
package struct ArchiveSummary: Equatable, Sendable {
    /// Size of the whole file in bytes.
    package let size: UInt64
    /// The members in the order of the file.
    package let members: [MemberSummary]
}

/// From which values on zip64 records are needed; smaller only in tests, which cannot write 4 GiB.
struct Zip64Limits: Equatable, Sendable {
    /// Sizes and offsets from here on do not fit their 32-bit field, whose all ones mean "see zip64".
    var values: UInt64 = 0xffff_ffff
    /// The same for the 16-bit number of members.
    var count = 0xffff

    func sizesNeedZip64(_ summary: MemberSummary) -> Bool {
        max(summary.size, summary.compressedSize) >= values
    }
}
