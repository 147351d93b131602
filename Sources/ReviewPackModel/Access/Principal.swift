/// Whom a role binding names: a local user, a local group, or a person known only to a local service.
///
/// Names are resolved to numbers by the client; the daemon sees and stores numbers and subject text alone.
public enum Principal: Hashable, Sendable {
    case user(uid: UInt32)
    case group(gid: UInt32)
    case subject(String)

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
            if Principal.isValidSubject(String(value)) { self = .subject(String(value)) } else { return nil }
        default: return nil
        }
    }

    /// A subject is 1 to 256 bytes of text without control characters and without leading or trailing space.
    public static func isValidSubject(_ text: String) -> Bool {
        let utf8 = text.utf8
        guard (1...256).contains(utf8.count), text.first != " ", text.last != " " else { return false }
        return text.unicodeScalars.allSatisfy { !$0.isControlOrFormat }
    }
}

/// Who a request is for: the caller that the kernel names, and the subject for whom a delegate speaks.
public struct Actor: Hashable, Sendable {
    /// The caller's uid; nil for the daemon itself (timers, start-up recovery).
    public var uid: UInt32?
    /// The subject on whose behalf a delegate calls.
    public var onBehalfOf: String?

    public init(uid: UInt32?, onBehalfOf: String? = nil) {
        self.uid = uid
        self.onBehalfOf = onBehalfOf
    }

    public static let system = Actor(uid: nil)

    /// `uid:1000` or `system`: the initiator column.
    public var initiator: String { uid.map { "uid:\($0)" } ?? "system" }
}

extension Unicode.Scalar {
    /// Characters that have no place in names: C0, C1, DEL, and the format and separator characters that hide or reorder text.
    public var isControlOrFormat: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: true
        default: false
        }
    }
}
