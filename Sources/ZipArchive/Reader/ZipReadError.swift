/// Why an archive was refused, with the position in the file.
///
/// The reader accepts exactly the container that Docs/PACK-FORMAT.md describes. A refusal means that the file was
/// damaged, cut off, or made by something else: fetch it again, and compare its SHA-256 with the daemon's record.
package struct ZipReadError: Error, Equatable, Sendable {
    /// A stable word; its meaning never changes.
    package enum Reason: String, Sendable, CaseIterable {
        /// The file could not be read; `detail` holds the system's words.
        case readFailed = "read_failed"
        /// No end record in the last 22 bytes: the file is cut off, has bytes after its end, or is no ZIP file.
        case noEndRecord = "no_end_record"
        /// A record does not begin with its signature.
        case wrongSignature = "wrong_signature"
        /// A field holds what this container never has: another method, flag, version, time, attribute, a comment.
        case unsupportedField = "unsupported_field"
        /// A zip64 record is missing, superfluous or does not agree with the record that it extends.
        case wrongZip64 = "wrong_zip64"
        /// Records overlap, leave a gap, or reach past the end.
        case wrongLayout = "wrong_layout"
        /// A local header does not say what the central directory says.
        case headersDiffer = "headers_differ"
        /// A name could lead out of the folder it is unpacked into, or is no UTF-8.
        case invalidName = "invalid_name"
        /// Two names are equal, or differ in letter case alone.
        case duplicateName = "duplicate_name"
        /// More members than the caller allows.
        case tooManyMembers = "too_many_members"
        /// More content than the caller allows.
        case tooLarge = "too_large"
        /// The compressed data is no deflate stream, or does not end where the headers say.
        case damagedContent = "damaged_content"
        /// The content is longer or shorter than the headers say.
        case wrongSize = "wrong_size"
        /// The content's CRC-32 is not the one in the headers.
        case wrongChecksum = "wrong_checksum"
    }

    package let reason: Reason
    /// Offset in the file, in bytes, of the field or data that is wrong.
    package let position: UInt64
    /// The member that it concerns, once its name is known to be sound.
    package let member: String?
    /// What was found, for people.
    package let detail: String
}

extension ZipReadError: CustomStringConvertible {
    package var description: String {
        let place = member.map { " in \($0)" } ?? ""
        return "\(reason.rawValue) at byte \(position)\(place): \(detail)"
    }
}

/// What the caller is willing to read; an archive that declares more is refused before anything is inflated.
package struct ZipReadLimits: Equatable, Sendable {
    /// The greatest number of members.
    package let members: Int
    /// The greatest sum of the members' sizes, uncompressed, in bytes.
    package let contentSize: UInt64

    /// 64 members and 16 GiB: a pack has seven, and two million findings take about 2 GiB.
    package static let standard = ZipReadLimits(members: 64, contentSize: 16 << 30)

    /// Negative numbers of members count as none.
    package init(members: Int, contentSize: UInt64) {
        self.members = max(0, members)
        self.contentSize = contentSize
    }
}
