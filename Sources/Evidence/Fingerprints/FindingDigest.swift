public import Bytes
import Domain

// Two levels, so that an import that only moves times needs no text of the row:
//
//  content digest = SHA-256 of
//       0     4  ASCII "RPFC"
//       4     1  version, 1
//       5     1  severity
//       6     8  occurrences, big-endian
//      14 - text source, source version, check id, check version, title, resource type, resource id, resource name,
//                description, detail, remediation (text: 32-bit big-endian byte count, bytes)
//
//  row digest = SHA-256 of
//       0     4  ASCII "RPFR"
//       4     1  version, 1
//       5    32  fingerprint
//      37    32  content digest
//      69     1  result
//      70     1  status
//      71     8  first seen, milliseconds, big-endian
//      79     8  last seen
//      87     -  text status reason
//
// Together they cover every cell that a pack shows of the finding, and nothing else.

/// The digests from which the findings revision is summed; owns the buffer in which encodings are built.
public struct FindingDigest: ~Copyable {
    private var scratch = ByteBuffer(capacity: 4096)

    private static let contentFields: [FindingField] = [
        .source, .sourceVersion, .checkID, .checkVersion, .title, .resourceType, .resourceID, .resourceName,
        .description, .detail, .remediation,
    ]

    public init() {}

    /// The digest of what a record says about a finding, apart from its status, result and times.
    public mutating func content(of record: borrowing FindingRecord) -> Digest256 {
        scratch.removeAll()
        scratch.append(bigEndian: UInt32(0x5250_4643))
        scratch.append(byte: 1)
        scratch.append(byte: record.severity.rawValue)
        scratch.append(bigEndian: record.occurrences)
        for field in FindingDigest.contentFields { scratch.append(lengthPrefixed: record.text(field)) }
        return Digest256(hashing: scratch.bytes)
    }

    /// The summand of one finding. Only findings whose `status.isInPacks` belong into the revision.
    public mutating func row(
        fingerprint: Digest256, content: Digest256, state: FindingState, statusReason: UnsafeRawBufferPointer
    ) -> Digest256 {
        scratch.removeAll()
        scratch.append(bigEndian: UInt32(0x5250_4652))
        scratch.append(byte: 1)
        fingerprint.withBytes { _ = scratch.append($0) }
        content.withBytes { _ = scratch.append($0) }
        scratch.append(byte: state.result.rawValue)
        scratch.append(byte: state.status.rawValue)
        scratch.append(bigEndian: state.firstSeenAt.rawValue)
        scratch.append(bigEndian: state.lastSeenAt.rawValue)
        scratch.append(lengthPrefixed: statusReason)
        return Digest256(hashing: scratch.bytes)
    }
}
