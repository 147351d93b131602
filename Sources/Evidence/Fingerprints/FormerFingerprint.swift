import Bytes
import Domain

// What was hashed by version 1, which databases held until their migration 0004. Integers are big-endian; "text" is a
// 32-bit byte count and then the bytes.
//
//  offset  size  content
//       0     4  ASCII "RPFP"
//       4     1  version, 1
//       5     1  kind: 1 a scanner's record, 2 a native record
//       6    16  tenant external id, binary
//      22     -  kind 1: text tool, text check id, text resource type, text resource id
//                kind 2: text source, text uid

/// The first version of a finding's identity: SHA-256 over the encoding above.
///
/// Kind 2 lives on inside of version 2: of stored native findings nothing is known but this hash. Kind 1 tells, in the
/// migration, which stored findings are a scanner's.
struct FormerFingerprint: ~Copyable {
    private var scratch = ByteBuffer(capacity: 512)
    private let tenant: TenantExternalID

    init(tenant: TenantExternalID) { self.tenant = tenant }

    mutating func native(source: UnsafeRawBufferPointer, uid: UnsafeRawBufferPointer) -> Digest256 {
        begin(kind: 2)
        scratch.append(lengthPrefixed: source)
        scratch.append(lengthPrefixed: uid)
        return Digest256(hashing: scratch.bytes)
    }

    mutating func scanner(_ finding: ScannerIdentity, resourceType: UnsafeRawBufferPointer) -> Digest256 {
        begin(kind: 1)
        scratch.append(lengthPrefixed: finding.source)
        scratch.append(lengthPrefixed: finding.checkID)
        scratch.append(lengthPrefixed: resourceType)
        scratch.append(resourceID: finding.resourceID)
        return Digest256(hashing: scratch.bytes)
    }

    private mutating func begin(kind: UInt8) {
        scratch.removeAll()
        scratch.append(bigEndian: UInt32(0x5250_4650))
        scratch.append(byte: 1)
        scratch.append(byte: kind)
        scratch.append(bigEndian: tenant.value.high)
        scratch.append(bigEndian: tenant.value.low)
    }
}
