import Bytes
import Domain
import Evidence
import JSONTokens
import ZipArchive

/// Where the content of one member goes: straight into the archive, or into a spool until its turn.
protocol MemberContent: ~Copyable {
    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(ZipError)
}

extension ZipWriter: MemberContent {}
extension MemberCompressor: MemberContent {}

/// The parts that several of the pack's JSON documents share. Documents are indented by two spaces and end with a line
/// feed.
extension JSONWriter {
    mutating func member(_ key: String, _ value: String?) {
        self.key(key)
        if let value { string(value) } else { null() }
    }

    mutating func member(_ key: String, _ time: UnixMillis?) { member(key, time?.description) }

    mutating func member(_ key: String, _ digest: Digest256?) { member(key, digest?.description) }

    mutating func member(_ key: String, _ number: Int64) {
        self.key(key)
        integer(number)
    }

    mutating func member(_ key: String, _ flag: Bool) {
        self.key(key)
        bool(flag)
    }

    mutating func tenant(_ evidence: some TenantEvidence) {
        key("tenant")
        beginObject()
        member("id", evidence.tenantID.description)
        member("external_id", evidence.tenantExternalID.description)
        member("name", evidence.tenantName)
        endObject()
    }

    /// Ends a document that is small enough to be whole in memory, and writes it.
    mutating func finish(to content: inout some MemberContent & ~Copyable) throws {
        endObject()
        newline()
        try drain { try content.write($0) }
    }
}
