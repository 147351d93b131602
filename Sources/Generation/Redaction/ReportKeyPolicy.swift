import Domain
import Evidence

/// Which keys of a report may hold strings that are shown, after the rules for tenant text; a string under any other
/// key is replaced whole unless it is a public name, a UUID, a number, a boolean or a time.
///
/// Keys are compared without case and without `_`, `-` and spaces, so `principalId`, `principal_id` and `Principal ID`
/// are one. Elements of an array stand under the array's key; strings outside every object stand under none.
enum ReportKeyPolicy {
    /// What values under a key may be.
    enum Rule {
        /// Shown after the rules for tenant text.
        case shown
        /// Replaced whole unless the value says nothing of a person wherever it stands.
        case closed
        /// Telephone numbers, addresses of machines, security identifiers: replaced whole, numbers too. Only a UUID
        /// stays.
        case contact
    }

    /// `parent` is the key under which the object of `key` stands.
    static func rule(for key: String, under parent: String?) -> Rule {
        if contacts.contains(key) { return .contact }
        if allowed.contains(key) { return .shown }
        guard let parent, roleObjects.contains(parent), roleNames.contains(key) else { return .closed }
        return .shown
    }

    /// What becomes of a string. A public name (a built-in role, a setting) stands for nobody under whatever key.
    static func kind(of text: UnsafeRawBufferPointer, under rule: Rule) -> FieldKind {
        switch rule {
        case .shown: .tenantText
        case .closed: PayloadRedactor.isNeutral(text) || PublicNames.contains(text) ? .plain : .secret
        case .contact: text.isEmpty || IdentityRule.isUUID(text) ? .plain : .secret
        }
    }

    /// The key under which the roles stand that an answer of Microsoft Graph lists in its `value`.
    static let roleListKey = "directoryroles"

    /// The part of a key that may hold personal data: of an annotation of OData JSON (`members@odata.context`, section
    /// 4.6 of its format) what is before the `@`, as the whole would look like an address; of any other key the key.
    static func personalPart(of key: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let mark = Array("@odata.".utf8)
        guard let at = key.firstIndex(of: UInt8(ascii: "@")), key[at...].starts(with: mark),
            key[(at + mark.count)...].allSatisfy({
                ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z")
            })
        else { return key }
        return UnsafeRawBufferPointer(rebasing: key[..<at])
    }

    /// Objects that describe a role, whose names are the evidence itself.
    private static let roleObjects: Set<String> = [
        "role", "roles", "roledefinition", "roledefinitions", "directoryrole", "directoryroles", "roletemplate",
    ]

    private static let contacts = Set(
        IdentityKeys.securityIdentifiers.map(\.description) + [
            "mobilephone", "mobile", "mobilenumber", "mobilephonenumber", "businessphones", "businessphone",
            "homephone", "homephones", "otherphones", "officephone", "phone", "phones", "phonenumber", "phonenumbers",
            "telephone", "telephonenumber", "telephonenumbers", "fax", "faxnumber", "facsimiletelephonenumber",
            "othertelephone", "lineuri", "onpremlineuri", "authenticationphone", "alternativephone", "alternatephone",
            "strongauthenticationphonenumber", "ipaddress", "ipaddresses", "ipaddr", "clientip", "clientipaddress",
            "sourceip", "sourceipaddress", "publicip", "privateip", "lastknownipaddress", "lastloginip",
            "lastsigninip", "remoteip", "sids", "usersid", "accountsid",
        ])

    private static let roleNames: Set<String> = ["displayname", "name"]

    private static let allowed: Set<String> = [
        // Identifiers.
        "id", "principalid", "roledefinitionid", "directoryscopeid", "resourcescope", "appscopeid", "resourceid",
        "objectid", "appid", "applicationid", "clientid", "tenantid", "templateid", "roletemplateid",
        "roleassignmentid", "roleassignmentscheduleid", "roleassignmentoriginid", "roleeligibilityscheduleid",
        "assignmentid", "scheduleid", "groupid", "userid", "serviceprincipalid", "policyid", "controlid", "checkid",
        "testid", "requirementid", "ruleid", "eventcode", "@odata.type", "@odata.context",
        // Enumerations.
        "usertype", "membertype", "assignmenttype", "principaltype", "objecttype", "resourcetype", "type", "kind",
        "category", "status", "state", "result", "outcome", "severity", "risk", "risklevel", "level", "priority",
        "criticality", "consenttype", "granttype", "scopemode", "authenticationmethod",
        // Roles and permissions.
        "role", "rolename", "roledisplayname", "permission", "permissions", "scope", "scopes", "approle", "approles",
        "resourceactions", "allowedresourceactions", "excludedresourceactions",
        // Versions of tools and formats.
        "version", "schema", "schemaversion", "toolversion", "moduleversion", "baseline",
        // Catalogue text of controls.
        "title", "requirement", "recommendation", "remediation", "rationale",
    ]
}
