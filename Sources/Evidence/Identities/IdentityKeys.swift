import JSONTokens

/// Which keys of reports and of run contexts hold names and addresses of people.
///
/// Spelling is compared without case, underscores, hyphens and spaces, so that Graph's `userPrincipalName`,
/// PowerShell's `UserPrincipalName`, Python's `user_principal_name` and a table's `User Principal Name` are one key.
public enum IdentityKeys {
    /// Security identifiers name an account, and stand for nothing else.
    public static let securityIdentifiers: [StaticString] = [
        "sid", "objectsid", "securityidentifier", "onpremisessecurityidentifier",
    ]

    private static let displayNames: [StaticString] = [
        "displayname", "principaldisplayname", "userdisplayname", "ownerdisplayname", "memberdisplayname",
        "givenname", "surname", "preferredname", "fullname", "firstname", "lastname", "middlename", "commonname", "cn",
        "nickname", "ownername", "membername", "contactname", "mailboxname", "personname", "employeename",
        "principal", "principals", "identity", "identities", "manager", "initiator", "initiatedby", "createdby",
        "modifiedby", "lastmodifiedby", "changedby", "deletedby", "updatedby", "approvedby", "requestedby",
        "requestor", "requestors", "requester", "requesters", "assignedto", "assignedby", "grantedto", "grantedby",
        "performedby", "reportsto", "actor", "assignee", "assignees", "owner", "owners", "managedby", "member",
        "members", "user", "users", "person", "people", "author", "reviewer", "reviewers", "approver", "approvers",
        "sponsor", "sponsors", "recipient", "recipients", "sender", "senders", "contact", "contacts", "delegate",
        "delegates", "trustee", "trustees", "guest", "guests", "grantsendonbehalfto", "forwardingaddress",
        "excludedusers", "includedusers", "excludeusers", "includeusers", "targeteduserstoprotect", "notifyuser",
        "notificationrecipients", "distinguishedname", "onpremisesdistinguishedname", "legacyexchangedn",
    ]

    private static let principalNames: [StaticString] = [
        "userprincipalname", "principalname", "upn", "onpremisesuserprincipalname", "signinname", "username",
        "accountname", "loginname", "login", "userid", "logonname", "windowsliveid", "microsoftonlineservicesid",
    ]

    private static let localParts: [StaticString] = [
        "mailnickname", "onpremisessamaccountname", "samaccountname", "alias", "aliases",
    ]

    private static let addresses: [StaticString] = [
        "mail", "email", "emails", "emailaddress", "mailaddress", "emailaddresses", "othermails", "imaddresses",
        "proxyaddresses", "primarysmtpaddress", "smtpaddress", "windowsemailaddress", "externalemailaddress",
        "forwardingsmtpaddress", "technicalnotificationmails", "securitycompliancenotificationmails",
        "marketingnotificationemails", "contactemail", "notificationemail", "notificationemails", "replyto",
    ]

    /// All of them by the length of their spelling, as most keys of a document are none and should cost little.
    private static let table: [[(StaticString, IdentityKind)]] = {
        var table: [[(StaticString, IdentityKind)]] = Array(repeating: [], count: longest + 1)
        func add(_ names: [StaticString], _ kind: IdentityKind) {
            for name in names { table[name.utf8CodeUnitCount].append((name, kind)) }
        }
        add(displayNames, .displayName)
        add(principalNames + securityIdentifiers, .principalName)
        add(localParts, .localPart)
        add(addresses, .address)
        return table
    }()

    /// Letters of the longest name.
    private static let longest = 40
    /// Bytes of the longest key that is looked at, with what its spelling leaves out.
    private static let longestKey = 64

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
        "guests", "mailbox", "mailboxes", "requestor", "requestors", "requester", "requesters", "delegate", "delegates",
        "grantee", "recipient", "recipients", "sender", "author", "reportsto", "directreports", "actor", "initiator",
        "requestedby", "approvedby", "grantedto", "updatedby", "identities", "account", "accounts",
    ]

    /// What strings under the key are; nil when the key holds no people.
    static func kind(of key: UnsafeRawBufferPointer) -> IdentityKind? {
        guard key.count <= longestKey else { return nil }
        var length = 0
        for byte in key where !isLeftOut(byte) { length += 1 }
        guard length >= 2, length <= longest else { return nil }
        for (name, kind) in table[length] where matches(key, name) { return kind }
        return nil
    }

    static func isPersonParent(_ key: UnsafeRawBufferPointer) -> Bool {
        guard key.count >= 4, key.count <= longestKey else { return false }
        return personParents.contains { matches(key, $0) }
    }

    /// Whether an `@odata.type` says that its object is a person: `#microsoft.graph.user`.
    static func isPersonType(_ type: UnsafeRawBufferPointer) -> Bool {
        let person: [StaticString] = [
            "#microsoft.graph.user", "#microsoft.graph.contact", "#microsoft.graph.orgcontact",
        ]
        return person.contains { ASCII.equalsIgnoringCase(type, $0) }
    }

    static func isCatalogueParent(_ key: UnsafeRawBufferPointer) -> Bool {
        guard key.count >= 4, key.count <= longestKey else { return false }
        return catalogueParents.contains { matches(key, $0) }
    }

    static func matches(_ key: UnsafeRawBufferPointer, _ name: StaticString) -> Bool {
        let length = name.utf8CodeUnitCount
        guard key.count >= length else { return false }
        var position = 0
        for byte in key where !isLeftOut(byte) {
            guard position < length, ASCII.lowercased(byte) == name.utf8Start[position] else { return false }
            position += 1
        }
        return position == length
    }

    private static func isLeftOut(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: " ")
    }
}
