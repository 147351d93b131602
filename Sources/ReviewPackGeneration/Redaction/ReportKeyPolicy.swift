/// Which keys of a report may hold strings that are shown, after the rules for tenant text; a string under any other key is
/// replaced whole unless it is a UUID, a number, a boolean or a time.
///
/// Keys are compared without case and without `_`, `-` and spaces, so `principalId`, `principal_id` and `Principal ID` are one.
/// Elements of an array stand under the array's key; strings outside every object stand under none.
enum ReportKeyPolicy {
    /// `parent` is the key under which the object of `key` stands.
    static func allows(_ key: String, under parent: String?) -> Bool {
        if allowed.contains(key) { return true }
        guard let parent else { return false }
        return roleObjects.contains(parent) && roleNames.contains(key)
    }

    /// The form in which keys are compared; nil for one that is too long, or not ASCII, to be on the list.
    static func canonical(_ key: UnsafeRawBufferPointer) -> String? {
        guard key.count <= 64, key.allSatisfy({ $0 < 0x80 }) else { return nil }
        let kept = key.compactMap { byte -> UInt8? in
            switch byte {
            case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: " "): nil
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte + 0x20
            default: byte
            }
        }
        return String(decoding: kept, as: UTF8.self)
    }

    /// The part of a key that may hold personal data: of an annotation of OData JSON (`members@odata.context`, section 4.6 of its
    /// format) what is before the `@`, as the whole would look like an address; of any other key the key.
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
