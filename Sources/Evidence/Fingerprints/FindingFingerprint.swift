public import Bytes
public import Domain

// What is authenticated, version 2. Integers are big-endian; "text" is a 32-bit byte count and then the bytes.
//
//  offset  size  content
//       0     4  ASCII "RPFP"
//       4     1  version, 2
//       5     1  kind: of a scanner's record by what names its resource
//                1 its id, 2 without an id its name, 3 without both the finding's own id, 4 without all of them; 5 a
//                native record
//       6     -  kinds 1 to 3: text tool, text check id, text resource id, resource name or own id
//                kind 4: text tool, text check id
//                kind 5: 32 bytes, the identity of version 1 (`FormerFingerprint`), which is over tenant, source and
//                uid
//
// 1. No title, severity, result or time is in it: those change while the finding stays the same. Nor is the type of the
//    resource: for scanners it is a label of the check's catalogue, a check looks at one type of resource, and a
//    release that words the label anew would make every finding new. Records of one check that share an id and differ
//    in the type are one finding with `occurrences`.
// 2. A name decides only where there is no id, because people rename things.
// 3. The check id is without its version suffix (`CheckIdentity`).
// 4. A resource id of the 36-character GUID form is taken in lower case; every other id as it came.

/// A finding's identity within a tenant: HMAC-SHA256 under the tenant's key over the encoding above.
///
/// Owns the buffer in which the encoding is built, so that half a million findings reuse it; one value per thread.
public struct FindingFingerprint: ~Copyable {
    /// Named by `metadata.json`; a new version is a new identity for everything.
    public static let version: UInt8 = 2
    /// The encoding above in words, as `metadata.json` has them.
    public static let rule = """
        HMAC-SHA256 under a secret key of the tenant, over tool, check id and resource id; without a resource id its \
        name, without both the finding's own id; of a native finding over source and uid
        """

    private var scratch = ByteBuffer(capacity: 512)
    private var former: FormerFingerprint
    private let key: FingerprintKey

    private enum Kind: UInt8 {
        case resourceID = 1
        case resourceName = 2
        case ownID = 3
        case checkAlone = 4
        case native = 5
    }

    public init(tenant: TenantExternalID, key: FingerprintKey) {
        self.key = key
        former = FormerFingerprint(tenant: tenant)
    }

    public mutating func digest(of record: borrowing FindingRecord) -> Digest256 {
        switch record.format {
        case .native: native(former.native(source: record.text(.source), uid: record.text(.uid)))
        case .ocsf: scanner(ScannerIdentity(record))
        }
    }

    /// The identity under which a finding was stored whose record has nothing but an id of its own: version 1 did not
    /// know that id, so such a finding came through the migration as kind 4. Nil for other records.
    public mutating func digestWithoutOwnID(of record: borrowing FindingRecord) -> Digest256? {
        guard record.format == .ocsf else { return nil }
        var identity = ScannerIdentity(record)
        guard kind(of: identity) == .ownID else { return nil }
        identity.ownID = ScannerIdentity.nothing
        return scanner(identity)
    }

    /// The identity of a stored finding that has one of version 1. `identity` is nil when its texts cannot be read.
    ///
    /// A scanner's finding is one whose identity of version 1 follows from its texts; of every other one that identity
    /// is all that is known.
    public mutating func digest(
        following version1: Digest256, _ identity: ScannerIdentity?, resourceType: UnsafeRawBufferPointer
    ) -> Digest256 {
        guard let identity, former.scanner(identity, resourceType: resourceType) == version1 else {
            return native(version1)
        }
        return scanner(identity)
    }

    private mutating func native(_ former: Digest256) -> Digest256 {
        begin(.native)
        former.withBytes { _ = scratch.append($0) }
        return key.authenticate(scratch.bytes)
    }

    private mutating func scanner(_ identity: ScannerIdentity) -> Digest256 {
        let kind = kind(of: identity)
        begin(kind)
        scratch.append(lengthPrefixed: identity.source)
        scratch.append(lengthPrefixed: identity.checkID)
        switch kind {
        case .resourceID: scratch.append(resourceID: identity.resourceID)
        case .resourceName: scratch.append(lengthPrefixed: identity.resourceName)
        case .ownID: scratch.append(lengthPrefixed: identity.ownID)
        case .checkAlone, .native: break
        }
        return key.authenticate(scratch.bytes)
    }

    private func kind(of identity: ScannerIdentity) -> Kind {
        if identity.resourceID.count > 0 { return .resourceID }
        if identity.resourceName.count > 0 { return .resourceName }
        return identity.ownID.count > 0 ? .ownID : .checkAlone
    }

    private mutating func begin(_ kind: Kind) {
        scratch.removeAll()
        scratch.append(bigEndian: UInt32(0x5250_4650))
        scratch.append(byte: FindingFingerprint.version)
        scratch.append(byte: kind.rawValue)
    }
}

/// What tells a scanner's findings apart, as bytes that somebody else keeps.
public struct ScannerIdentity {
    public var source: UnsafeRawBufferPointer
    public var checkID: UnsafeRawBufferPointer
    public var resourceID: UnsafeRawBufferPointer
    public var resourceName: UnsafeRawBufferPointer
    /// `finding_info.uid`; of a stored finding it is not known.
    public var ownID: UnsafeRawBufferPointer

    static var nothing: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }

    public init(
        source: UnsafeRawBufferPointer, checkID: UnsafeRawBufferPointer, resourceID: UnsafeRawBufferPointer,
        resourceName: UnsafeRawBufferPointer
    ) {
        self.source = source
        self.checkID = checkID
        self.resourceID = resourceID
        self.resourceName = resourceName
        ownID = Self.nothing
    }

    init(_ record: borrowing FindingRecord) {
        self.init(
            source: record.text(.source), checkID: record.text(.checkID), resourceID: record.text(.resourceID),
            resourceName: record.text(.resourceName))
        ownID = record.text(.uid)
    }
}

extension ByteBuffer {
    mutating func append(resourceID id: UnsafeRawBufferPointer) {
        guard GUIDShape.matches(id) else { return append(lengthPrefixed: id) }
        append(bigEndian: UInt32(id.count))
        for byte in id { append(byte: ASCII.lowercased(byte)) }
    }
}
