import JSONTokens

/// Which keys of reports and of run contexts hold names and addresses of people.
///
/// Spelling is compared without case and underscores, so that Graph's `userPrincipalName`, PowerShell's `UserPrincipalName` and
/// Python's `user_principal_name` are one key.
enum IdentityKeys {
    private static let table: [(StaticString, IdentityKind)] = [
        ("displayname", .displayName), ("principaldisplayname", .displayName), ("userdisplayname", .displayName),
        ("givenname", .displayName), ("surname", .displayName), ("preferredname", .displayName),
        ("fullname", .displayName), ("username", .principalName), ("ownername", .displayName),
        ("ownerdisplayname", .displayName), ("membername", .displayName), ("manager", .displayName),
        ("initiator", .displayName), ("initiatedby", .displayName), ("createdby", .displayName),
        ("modifiedby", .displayName), ("lastmodifiedby", .displayName), ("updatedby", .displayName),
        ("approvedby", .displayName), ("requestedby", .displayName), ("assignedto", .displayName),
        ("assignee", .displayName), ("owner", .displayName), ("owners", .displayName), ("member", .displayName),
        ("members", .displayName), ("user", .displayName), ("users", .displayName), ("person", .displayName),
        ("author", .displayName), ("reviewer", .displayName), ("reviewers", .displayName),
        ("approver", .displayName), ("approvers", .displayName), ("sponsor", .displayName),
        ("sponsors", .displayName), ("recipient", .displayName), ("recipients", .displayName),
        ("sender", .displayName), ("contact", .displayName), ("contactname", .displayName),
        ("firstname", .displayName), ("lastname", .displayName), ("accountname", .principalName),
        ("loginname", .principalName), ("login", .principalName),
        ("userprincipalname", .principalName), ("principalname", .principalName), ("upn", .principalName),
        ("onpremisesuserprincipalname", .principalName), ("signinname", .principalName),
        ("mailnickname", .localPart), ("onpremisessamaccountname", .localPart), ("samaccountname", .localPart),
        ("mail", .address), ("email", .address), ("emailaddress", .address), ("mailaddress", .address),
        ("emailaddresses", .address), ("othermails", .address), ("imaddresses", .address),
        ("proxyaddresses", .address), ("primarysmtpaddress", .address), ("windowsemailaddress", .address),
        ("technicalnotificationmails", .address), ("securitycompliancenotificationmails", .address),
        ("marketingnotificationemails", .address), ("contactemail", .address),
    ]

    /// Objects under these keys are roles and policies: their display names are no people's.
    private static let catalogueParents: [StaticString] = [
        "roledefinition", "roledefinitions", "roletemplate", "roletemplates", "directoryrole", "directoryroles", "role",
        "policy", "policies", "conditionalaccesspolicy", "conditionalaccesspolicies",
        "authenticationmethodspolicy", "permissiongrantpolicies",
    ]

    /// Objects under these keys are people: their `name` is a display name.
    private static let personParents: [StaticString] = [
        "principal", "principals", "user", "users", "owner", "owners", "member", "members", "manager", "person",
        "people", "identity", "assignee", "assignedto", "createdby", "modifiedby", "lastmodifiedby", "initiatedby",
        "approver", "approvers", "reviewer", "reviewers", "sponsor", "sponsors", "contact", "contacts", "guest",
        "guests", "mailbox", "mailboxes",
    ]

    static func kind(of key: UnsafeRawBufferPointer) -> IdentityKind? {
        guard key.count >= 3, key.count <= 48 else { return nil }
        for (name, kind) in table where matches(key, name) { return kind }
        return nil
    }

    static func isPersonParent(_ key: UnsafeRawBufferPointer) -> Bool {
        guard key.count >= 4, key.count <= 48 else { return false }
        return personParents.contains { matches(key, $0) }
    }

    /// Whether an `@odata.type` says that its object is a person: `#microsoft.graph.user`.
    static func isPersonType(_ type: UnsafeRawBufferPointer) -> Bool {
        let person: [StaticString] = ["#microsoft.graph.user", "#microsoft.graph.contact", "#microsoft.graph.orgcontact"]
        return person.contains { ASCII.equalsIgnoringCase(type, $0) }
    }

    static func isCatalogueParent(_ key: UnsafeRawBufferPointer) -> Bool {
        guard key.count >= 4, key.count <= 48 else { return false }
        return catalogueParents.contains { matches(key, $0) }
    }

    static func matches(_ key: UnsafeRawBufferPointer, _ name: StaticString) -> Bool {
        let length = name.utf8CodeUnitCount
        guard key.count >= length else { return false }
        var position = 0
        for byte in key where byte != UInt8(ascii: "_") {
            guard position < length, ASCII.lowercased(byte) == name.utf8Start[position] else { return false }
            position += 1
        }
        return position == length
    }
}

/// Watches a document's tokens and says which strings stand under an identity key, directly or in a list.
struct IdentityScan {
    private struct Level {
        var isObject: Bool
        /// Of a list: what its strings are.
        var kind: IdentityKind?
        /// Whether it is a role or a policy, or a list of them.
        var isCatalogue: Bool
        /// Whether it is a person, or a list of people.
        var isPerson: Bool
    }

    private var levels: [Level] = []
    private var keyKind: IdentityKind?
    private var keyIsCatalogue = false
    private var keyIsPerson = false
    private var keyIsType = false

    init() { levels.reserveCapacity(16) }

    /// Takes the next token; returns the kind when it is a string that names a person.
    mutating func see(_ token: JSONToken, text: UnsafeRawBufferPointer) -> IdentityKind? {
        switch token {
        case .key:
            keyKind = IdentityKeys.kind(of: text)
            if levels.last?.isPerson == true, IdentityKeys.matches(text, "name") { keyKind = .displayName }
            if keyKind == .displayName, levels.last?.isCatalogue == true { keyKind = nil }
            keyIsCatalogue = IdentityKeys.isCatalogueParent(text)
            keyIsPerson = IdentityKeys.isPersonParent(text)
            keyIsType = IdentityKeys.matches(text, "@odata.type")
        case .beginObject, .beginArray:
            let inList = levels.last.map { !$0.isObject } ?? false
            let isCatalogue = inList ? levels.last?.isCatalogue == true : keyIsCatalogue
            let isPerson = inList ? levels.last?.isPerson == true : keyIsPerson
            let isObject = token == .beginObject
            levels.append(
                Level(
                    isObject: isObject, kind: isObject || inList ? nil : keyKind, isCatalogue: isCatalogue,
                    isPerson: isPerson))
            keyKind = nil
            keyIsCatalogue = false
            keyIsPerson = false
        case .endObject, .endArray: _ = levels.popLast()
        case .string:
            guard let level = levels.last else { return nil }
            // Graph writes the type before everything else of an object.
            if level.isObject, keyIsType, IdentityKeys.isPersonType(text) { levels[levels.count - 1].isPerson = true }
            return level.isObject ? keyKind : level.kind
        default: break
        }
        return nil
    }
}
