/// Texts that are never personal: our own vocabulary, generic names of accounts, and the built-in directory roles of Entra ID.
enum ReservedWords {
    /// Whether `text` is one of them, in any mixture of cases.
    static func contains(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count <= longest else { return false }
        return withUnsafeTemporaryAllocation(byteCount: max(1, text.count), alignment: 1) { scratch in
            for index in 0..<text.count { scratch[index] = ASCII.lowercased(text[index]) }
            return search(UnsafeRawBufferPointer(rebasing: scratch[..<text.count]))
        }
    }

    private static func search(_ folded: UnsafeRawBufferPointer) -> Bool {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle].lexicographicallyPrecedes(folded) { low = middle + 1 } else { high = middle }
        }
        return low < sorted.count && sorted[low].elementsEqual(folded)
    }

    private static let sorted: [[UInt8]] = (vocabulary + accounts + roles).map { Array($0.utf8) }
        .sorted { $0.lexicographicallyPrecedes($1) }
    private static let longest = sorted.map(\.count).max() ?? 0

    /// Words that packs themselves are written with: enumerations, columns, keys, and the scanners' names for things.
    private static let vocabulary = """
        unknown informational low medium high critical pass fail warning manual muted skipped not_applicable error open
        acknowledged resolved queued running completed succeeded failed generating ready expired suppressed new none null
        true false yes no finding findings fingerprint source source_version check check_id check_version title severity
        result status status_reason resource resource_type resource_id resource_name occurrences first_seen_at
        last_seen_at description detail details remediation operation operations type outcome reason_code initiator
        started_at finished_at report reports schema present measured_at payload summary metadata hardening scope_mode
        last_checked_at last_setup_at canary_results warnings workspace tenant pack options redacted user users
        principal group groups role roles policy policies member members guest guests owner owners application
        applications device devices domain domains mailbox mailboxes account accounts organization organisation
        directory global default standard strict custom enabled disabled internal external public private native
        prowler scubagear maester entra exchange sharepoint teams defender defenderxdr defenderidentity admincenter
        intune purview onedrive microsoft azure office graph system interrupted timeout cancelled superseded
        service name names value values test tests settings configuration
        """.split(whereSeparator: \.isWhitespace).map(String.init)

    /// Names of shared accounts and mailboxes, which stand in every scanner's texts.
    private static let accounts = """
        admin admins administrator administrators info contact support helpdesk service services security postmaster
        abuse noreply no-reply donotreply sales billing office team root operator everyone anonymous
        """.split(whereSeparator: \.isWhitespace).map(String.init)

    private static let roles = [
        "agent id administrator", "agent id developer", "ai administrator", "application administrator",
        "application developer", "attack payload author", "attack simulation administrator",
        "attribute assignment administrator", "attribute assignment reader", "attribute definition administrator",
        "attribute definition reader", "attribute log administrator", "attribute log reader",
        "attribute provisioning administrator", "attribute provisioning reader", "authentication administrator",
        "authentication extensibility administrator", "authentication policy administrator",
        "azure ad joined device local administrator", "azure devops administrator",
        "azure information protection administrator", "b2c ief keyset administrator", "b2c ief policy administrator",
        "billing administrator", "cloud app security administrator", "cloud application administrator",
        "cloud device administrator", "company administrator", "compliance administrator",
        "compliance data administrator", "conditional access administrator", "customer lockbox access approver",
        "desktop analytics administrator", "device join", "device managers", "device users", "directory readers",
        "directory synchronization accounts", "directory writers", "domain name administrator",
        "dynamics 365 administrator", "dynamics 365 business central administrator", "edge administrator",
        "exchange administrator", "exchange recipient administrator", "extended directory user administrator",
        "external id user flow administrator", "external id user flow attribute administrator",
        "external identity provider administrator", "fabric administrator", "global administrator", "global reader",
        "global secure access administrator", "global secure access log reader", "groups administrator",
        "guest inviter", "guest user", "helpdesk administrator", "hybrid identity administrator",
        "identity governance administrator", "insights administrator", "insights analyst",
        "insights business leader", "intune administrator", "iot device administrator", "kaizala administrator",
        "knowledge administrator", "knowledge manager", "license administrator", "lifecycle workflows administrator",
        "message center privacy reader", "message center reader", "microsoft 365 backup administrator",
        "microsoft 365 migration administrator", "microsoft entra joined device local administrator",
        "microsoft graph data connect administrator", "microsoft hardware warranty administrator",
        "microsoft hardware warranty specialist", "network administrator", "office apps administrator",
        "on premises directory sync account", "organizational branding administrator",
        "organizational data source administrator", "organizational messages approver",
        "organizational messages writer", "partner tier1 support", "partner tier2 support", "password administrator",
        "people administrator", "permissions management administrator", "places administrator",
        "power bi administrator", "power platform administrator", "printer administrator", "printer technician",
        "privileged authentication administrator", "privileged role administrator", "reports reader",
        "restricted guest user", "search administrator", "search editor", "security administrator",
        "security operator", "security reader", "service support administrator", "sharepoint administrator",
        "sharepoint advanced management administrator", "sharepoint embedded administrator",
        "skype for business administrator", "teams administrator", "teams communications administrator",
        "teams communications support engineer", "teams communications support specialist",
        "teams devices administrator", "teams external collaboration administrator", "teams reader",
        "teams telephony administrator", "tenant creator", "tenant governance administrator",
        "usage summary reports reader", "user administrator", "user experience success manager",
        "virtual visits administrator", "viva glint tenant administrator", "viva goals administrator",
        "viva pulse administrator", "windows 365 administrator", "windows update deployment administrator",
        "workplace device join", "yammer administrator",
    ]
}
