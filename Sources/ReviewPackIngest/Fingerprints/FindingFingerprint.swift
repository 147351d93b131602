import ReviewPackModel

// What is hashed, version 1. Integers are big-endian; "text" is a 32-bit byte count and then the bytes.
//
//  offset  size  content
//       0     4  ASCII "RPFP"
//       4     1  version, 1
//       5     1  kind: 1 a scanner's record, 2 a native record
//       6    16  tenant external id, binary
//      22     -  kind 1: text tool, text check id, text resource type, text resource id
//                kind 2: text source, text uid
//
// 1. No name, title, severity, result or time is in it: those change while the finding stays the same.
// 2. The check id is without its version suffix (`CheckIdentity`).
// 3. A resource id of the 36-character GUID form is hashed in lower case; every other id as it came.

/// A finding's identity within a tenant: SHA-256 over the encoding above.
///
/// Owns the buffer in which the encoding is built, so that hashing half a million findings reuses it; one value per thread.
public struct FindingFingerprint: ~Copyable {
    /// Stored with every finding; a new version is a new identity for everything.
    public static let version: UInt8 = 1

    private var scratch = ByteBuffer(capacity: 512)
    private let tenant: TenantExternalID

    public init(tenant: TenantExternalID) { self.tenant = tenant }

    public mutating func digest(of record: borrowing FindingRecord) -> Hash256 {
        scratch.removeAll()
        scratch.append(bigEndian: UInt32(0x5250_4650))
        scratch.append(byte: FindingFingerprint.version)
        scratch.append(byte: record.format == .native ? 2 : 1)
        scratch.append(bigEndian: tenant.value.high)
        scratch.append(bigEndian: tenant.value.low)
        scratch.append(lengthPrefixed: record.text(.source))
        switch record.format {
        case .native:
            scratch.append(lengthPrefixed: record.text(.uid))
        case .ocsf:
            scratch.append(lengthPrefixed: record.text(.checkID))
            scratch.append(lengthPrefixed: record.text(.resourceType))
            appendResourceID(record.text(.resourceID))
        }
        return Hash256(sha256Of: scratch.bytes)
    }

    private mutating func appendResourceID(_ id: UnsafeRawBufferPointer) {
        guard GUIDShape.matches(id) else { return scratch.append(lengthPrefixed: id) }
        scratch.append(bigEndian: UInt32(id.count))
        for byte in id { scratch.append(byte: ASCII.lowercased(byte)) }
    }
}
