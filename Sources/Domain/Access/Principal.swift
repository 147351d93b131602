/// Whom a role binding names: a local user, a local group, or a person known only to a local service.
///
/// Names are resolved to numbers by the client; the daemon sees and stores numbers and subject text alone. A subject is
/// its bytes: what looks the same in another normalisation form is somebody else.
public enum Principal: Hashable, Sendable {
    case user(uid: UInt32)
    case group(gid: UInt32)
    case subject(ExactText)

    /// `uid:1000`, `gid:27`, `subject:alice@example.org`: the form in audit events and initiators.
    public var text: String {
        switch self {
        case .user(let uid): "uid:\(uid)"
        case .group(let gid): "gid:\(gid)"
        case .subject(let name): "subject:\(name)"
        }
    }

    public init?(text: some StringProtocol) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let value = text[text.index(after: colon)...]
        switch text[..<colon] {
        case "uid": if let uid = UInt32(value) { self = .user(uid: uid) } else { return nil }
        case "gid": if let gid = UInt32(value) { self = .group(gid: gid) } else { return nil }
        case "subject":
            if Principal.isValidSubject(String(value)) { self = .subject(ExactText(value)) } else { return nil }
        default: return nil
        }
    }

    /// A subject is 1 to 256 bytes of text without control characters and without leading or trailing space.
    ///
    /// Stored subjects may be in any normalisation form, because they were once taken in any: they are listed and
    /// revoked by exactly their bytes. Whoever enters now is judged by `complaint(aboutNewSubject:)`.
    public static func isValidSubject(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        guard (1...256).contains(text.utf8.count), scalars.first != " ", scalars.last != " " else { return false }
        return scalars.allSatisfy { !$0.isControlOrFormat }
    }

    /// What is wrong with a principal that is granted something or told of something; nil when nothing is.
    public var complaintIfNew: String? {
        if case .subject(let name) = self { Principal.complaint(aboutNewSubject: name.text) } else { nil }
    }

    /// What `isValidSubject` asks for.
    public static let subjectRule = "must have 1 to 256 bytes without control characters or spaces around it"

    /// What is wrong with a subject that is granted something, told of something or spoken for, and what to do; nil
    /// when nothing is.
    public static func complaint(aboutNewSubject text: String) -> String? {
        if !isValidSubject(text) { return subjectRule }
        if !ExactText(text).isNormalised {
            return "must be in Unicode's normalisation form C (NFC); normalise names before they are sent"
        }
        return nil
    }
}

/// Who a request is for: the caller that the kernel names, and the subject for whom a delegate speaks.
public struct Actor: Hashable, Sendable {
    /// The caller's uid; nil for the daemon itself (timers, start-up recovery).
    public var uid: UInt32?
    /// The subject on whose behalf a delegate calls.
    public var onBehalfOf: ExactText?

    public init(uid: UInt32?, onBehalfOf: ExactText? = nil) {
        self.uid = uid
        self.onBehalfOf = onBehalfOf
    }

    public static let system = Actor(uid: nil)

    /// `uid:1000` or `system`: the initiator column.
    public var initiator: String { uid.map { "uid:\($0)" } ?? "system" }
}

extension Unicode.Scalar {
    /// Characters that have no place in names: C0, C1, DEL, and the format and separator characters that hide or
    /// reorder text.
    public var isControlOrFormat: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: true
        default: false
        }
    }
}
