import Domain
import Evidence
import JSONTokens

/// What the final scan takes for names, read from the stored data itself: it must not lean on redaction's gathering
/// alone.
///
/// Resource names and ids of the findings, initiators, the strings under keys that hold people in the latest reports;
/// and the texts that were gathered at import, as of records that were only counted nothing else is left.
enum EvidenceNames {
    static func gather(
        from evidence: some TenantEvidence, hashPoint: UInt64, control: RenderControl
    ) throws -> NameGathering {
        var names = NameGathering(hashPoint: hashPoint)
        try evidence.forEachIdentity { text in
            try control.check()
            names.add(String(decoding: text, as: UTF8.self))
        }
        names.merge()
        // Neighbouring rows are often about one resource.
        var last: [UInt8] = []
        try evidence.forEachFinding { finding in
            try control.check()
            if isName(resourceID: finding.resourceID) { names.add(String(decoding: finding.resourceID, as: UTF8.self)) }
            if finding.resourceName.elementsEqual(last) { return }
            last = Array(finding.resourceName)
            for line in finding.resourceName.split(separator: 0x0A) where line.count <= longest {
                names.add(String(decoding: line, as: UTF8.self))
            }
        }
        for type in [ReportType.entraAdminRoles, .permissionPosture] {
            var reader = ReportNames()
            try evidence.readPayload(of: type) { piece in
                try reader.feed(piece, control) { names.add($0) }
            }
            try reader.finish(control) { names.add($0) }
        }
        return names
    }

    /// Bytes of the longest text that is taken for a name.
    static let longest = IdentityRule.maximumBytes

    /// Whether an id of a resource is somebody's name or address: not a path, and with an `@` or a space in it.
    private static func isName(resourceID: UnsafeRawBufferPointer) -> Bool {
        guard resourceID.count <= longest, let first = resourceID.first, first != UInt8(ascii: "/") else {
            return false
        }
        let id = String(decoding: resourceID, as: UTF8.self)
        if id.contains("@") { return !id.contains("/") && !id.contains(" ") }
        let words = id.split(separator: " ")
        return (2...4).contains(words.count) && words.allSatisfy { $0.first?.isLetter ?? false }
            && !id.contains { "/\\:;=,[]{}".contains($0) }
    }
}

/// The strings of a report that name people, by the keys above them.
private struct ReportNames: ~Copyable {
    private var tokenizer = JSONTokenizer(limits: .storedReport)
    /// Of each open container the key that holds for the strings directly in it.
    private var levels: [String?] = []
    private var key: String?
    private var isUsed = false

    mutating func feed(_ piece: UnsafeRawBufferPointer, _ control: RenderControl, _ body: (String) -> Void) throws {
        isUsed = true
        try tokenizer.feed(piece)
        try read(control, body)
    }

    mutating func finish(_ control: RenderControl, _ body: (String) -> Void) throws {
        guard isUsed else { return }
        try tokenizer.finish()
        try read(control, body)
    }

    private mutating func read(_ control: RenderControl, _ body: (String) -> Void) throws {
        while true {
            try control.check()
            switch try tokenizer.next() {
            case .needsInput, .end: return
            case .beginObject, .beginArray:
                levels.append(key ?? levels.last ?? nil)
                key = nil
            case .endObject, .endArray:
                levels.removeLast()
                key = nil
            case .key: key = ReportKeys.canonical(tokenizer.text)
            case .string:
                let own = key
                key = nil
                guard tokenizer.text.count <= EvidenceNames.longest,
                    Self.holdsPeople(own ?? levels.last ?? nil, in: own == nil ? nil : levels.last ?? nil)
                else { continue }
                // One value may name several: `Marta Lindqvist <marta@contoso.com>; CONTOSO\ivo`.
                for piece in tokenizer.text.split(whereSeparator: { ";|<>\n\r\t".utf8.contains($0) }) {
                    let login = piece.lastIndex(of: UInt8(ascii: "\\")).map { piece[($0 + 1)...] } ?? piece
                    body(String(decoding: login, as: UTF8.self))
                }
            case .number, .true, .false, .null: key = nil
            }
        }
    }

    /// `parent` is the key of the object around, nil for an element of an array.
    private static func holdsPeople(_ key: String?, in parent: String?) -> Bool {
        guard let key else { return false }
        if key == "displayname" || key == "name" {
            guard let parent else { return false }
            return key == "displayname" ? !things.contains(where: parent.contains) : people.contains(parent)
        }
        return always.contains(key)
    }

    /// Objects under keys with one of these in them are no people.
    private static let things = ["role", "polic", "template", "app", "group", "resource", "service", "permission"]
    private static let people: Set<String> = [
        "principal", "principals", "user", "users", "owner", "owners", "member", "members", "manager", "person",
        "assignee", "guest", "guests", "contact", "contacts",
    ]
    private static let always: Set<String> = [
        "userprincipalname", "upn", "mail", "email", "emailaddress", "givenname", "surname", "userdisplayname",
        "principaldisplayname", "principalname", "signinname", "loginname", "othermails", "proxyaddresses",
    ]
}
