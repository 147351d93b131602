/// Where in a record the parser is: the object or array whose members it reads. Everything else is skipped unread.
enum RecordContext: UInt8 {
    case root
    case metadata, product, findingInfo, analytic, compliance
    case resources, resource, furtherResource, group
    case cloud, organisation, unmapped, remediation, references
    /// A list where one text is due: its texts are joined by lines.
    case texts

    var isArray: Bool { self == .resources || self == .references || self == .texts }

    /// Whether something of another type in its place makes the record invalid; else it is remarked and passed over.
    var isRequired: Bool {
        switch self {
        case .metadata, .findingInfo, .resources, .resource, .compliance: true
        default: false
        }
    }

    /// What a single text means in the place of this object or list, where that is plain.
    var asText: RecordSlot? {
        switch self {
        case .product: .text(.source)
        case .analytic: .scratch(.analytic)
        case .group: .scratch(.groupName)
        case .organisation: .scratch(.organisation)
        case .remediation: .scratch(.remediationText)
        case .references: .scratch(.references)
        case .resources, .resource: .text(.resourceID)
        default: nil
        }
    }

    var path: String {
        switch self {
        case .root: ""
        case .metadata: "metadata"
        case .product: "metadata.product"
        case .findingInfo: "finding_info"
        case .analytic: "finding_info.analytic"
        case .compliance: "compliance"
        case .resources: "resources"
        case .resource: "resources[0]"
        case .furtherResource: "resources[]"
        case .texts: ""
        case .group: "resources[0].group"
        case .cloud: "cloud"
        case .organisation: "cloud.org"
        case .unmapped: "unmapped"
        case .remediation: "remediation"
        case .references: "remediation.references"
        }
    }
}

/// What the value of a key means.
enum RecordSlot: Equatable {
    case skip
    case text(FindingField)
    case scratch(ScratchField)
    case open(RecordContext)
    case number(NumberField)
    case time(TimeField)
    /// A text in the native format, an object in OCSF.
    case remediation

    enum NumberField: UInt8 { case severityID, statusID, complianceStatusID, classUID, typeUID, activityID }
    enum TimeField: UInt8 { case time, timeText, created, firstSeen, lastSeen }

    /// Whether a record without a value that can be read here is none. Everything else is remarked when it cannot be
    /// read.
    func isRequired(in format: FindingFormat?) -> Bool {
        switch self {
        case .text(let field):
            switch field {
            case .checkID, .source, .tenantID: true
            case .uid, .title: format != .ocsf
            default: false
            }
        case .scratch(let field):
            switch field {
            case .resultWord, .complianceWord, .organisation, .schemaVersion: true
            case .severityWord, .statusWord: format != .ocsf
            default: false
            }
        case .open(let context): context.isRequired
        case .number(.classUID), .time: true
        case .skip, .number, .remediation: false
        }
    }

    /// The key that a complaint about the value names.
    func path(in format: FindingFormat?) -> String {
        switch self {
        case .skip: ""
        case .text(let field): field.path(in: format)
        case .scratch(let field): field.path
        case .open(let context): context.path
        case .number(.severityID): "severity_id"
        case .number(.statusID): "status_id"
        case .number(.complianceStatusID): "compliance.status_id"
        case .number(.classUID): "class_uid"
        case .number(.typeUID): "type_uid"
        case .number(.activityID): "activity_id"
        case .time(.time): "time"
        case .time(.timeText): "time_dt"
        case .time(.created): "finding_info.created_time"
        case .time(.firstSeen): "first_seen_at"
        case .time(.lastSeen): "last_seen_at"
        case .remediation: "remediation"
        }
    }
}

/// The keys of both formats.
enum FindingKeys {
    private static func isKey(_ key: UnsafeRawBufferPointer, _ name: StaticString) -> Bool { ASCII.equals(key, name) }

    /// Keys of the native format. `uid`, `check_id`, `title`, `severity`, `status` and the two times must be there; the
    /// others may be missing, null or empty.
    static func native(_ key: UnsafeRawBufferPointer) -> RecordSlot {
        switch key.count {
        case 3 where isKey(key, "uid"): .text(.uid)
        case 5 where isKey(key, "title"): .text(.title)
        case 6 where isKey(key, "status"): .scratch(.statusWord)
        case 6 where isKey(key, "detail"): .text(.detail)
        case 6 where isKey(key, "source"): .text(.source)
        case 8 where isKey(key, "check_id"): .text(.checkID)
        case 8 where isKey(key, "severity"): .scratch(.severityWord)
        case 9 where isKey(key, "tenant_id"): .text(.tenantID)
        case 11 where isKey(key, "description"): .text(.description)
        case 11 where isKey(key, "remediation"): .text(.remediation)
        case 12 where isKey(key, "resource_uid"): .text(.resourceID)
        case 12 where isKey(key, "last_seen_at"): .time(.lastSeen)
        case 13 where isKey(key, "resource_type"): .text(.resourceType)
        case 13 where isKey(key, "resource_name"): .text(.resourceName)
        case 13 where isKey(key, "first_seen_at"): .time(.firstSeen)
        case 13 where isKey(key, "check_version"): .text(.checkVersion)
        case 13 where isKey(key, "status_reason"): .text(.statusReason)
        case 14 where isKey(key, "source_version"): .text(.sourceVersion)
        default: .skip
        }
    }

    /// A key of the first object, while its format is not known, and the format when the key tells it.
    ///
    /// Until then the keys of both formats are read; only `remediation` differs in its type.
    static func either(_ key: UnsafeRawBufferPointer) -> (slot: RecordSlot, format: FindingFormat?) {
        if isKey(key, "remediation") { return (.remediation, nil) }
        if nativeAlone.contains(where: { isKey(key, $0) }) { return (native(key), .native) }
        if ocsfAlone.contains(where: { isKey(key, $0) }) { return (ocsf(key, in: .root), .ocsf) }
        let slot = native(key)
        return (slot == .skip ? ocsf(key, in: .root) : slot, nil)
    }

    private static let nativeAlone: [StaticString] = [
        "uid", "check_id", "resource_uid", "first_seen_at", "last_seen_at",
    ]
    private static let ocsfAlone: [StaticString] = [
        "metadata", "finding_info", "class_uid", "type_uid", "category_uid", "activity_id", "severity_id", "status_id",
        "status_code", "unmapped",
    ]

    /// Keys of an OCSF finding, class 2004 or 2003, by the object that they stand in.
    static func ocsf(_ key: UnsafeRawBufferPointer, in context: RecordContext) -> RecordSlot {
        switch context {
        case .root: ocsfRoot(key)
        case .metadata: metadata(key)
        case .product: product(key)
        case .findingInfo: findingInfo(key)
        case .analytic: analytic(key)
        case .compliance: compliance(key)
        case .resource: resource(key)
        case .furtherResource: furtherResource(key)
        case .group: isKey(key, "name") ? .scratch(.groupName) : .skip
        case .cloud: isKey(key, "org") ? .open(.organisation) : .skip
        case .organisation: isKey(key, "uid") ? .scratch(.organisation) : .skip
        case .unmapped: isKey(key, "scan_id") ? .text(.runID) : .skip
        case .remediation: remediation(key)
        case .resources, .references, .texts: .skip
        }
    }

    private static func ocsfRoot(_ key: UnsafeRawBufferPointer) -> RecordSlot {
        switch key.count {
        case 4 where isKey(key, "time"): .time(.time)
        case 5 where isKey(key, "cloud"): .open(.cloud)
        case 6 where isKey(key, "status"): .scratch(.statusWord)
        case 7 where isKey(key, "message"): .scratch(.message)
        case 7 where isKey(key, "comment"): .text(.statusReason)
        case 7 where isKey(key, "time_dt"): .time(.timeText)
        case 8 where isKey(key, "metadata"): .open(.metadata)
        case 8 where isKey(key, "severity"): .scratch(.severityWord)
        case 8 where isKey(key, "unmapped"): .open(.unmapped)
        case 8 where isKey(key, "resource"): .open(.resource)
        case 8 where isKey(key, "type_uid"): .number(.typeUID)
        case 9 where isKey(key, "resources"): .open(.resources)
        case 9 where isKey(key, "status_id"): .number(.statusID)
        case 9 where isKey(key, "class_uid"): .number(.classUID)
        case 10 where isKey(key, "compliance"): .open(.compliance)
        case 11 where isKey(key, "activity_id"): .number(.activityID)
        case 11 where isKey(key, "severity_id"): .number(.severityID)
        case 11 where isKey(key, "status_code"): .scratch(.resultWord)
        case 11 where isKey(key, "remediation"): .open(.remediation)
        case 12 where isKey(key, "finding_info"): .open(.findingInfo)
        case 12 where isKey(key, "risk_details"): .scratch(.risk)
        case 13 where isKey(key, "activity_name"): .scratch(.activityWord)
        case 13 where isKey(key, "status_detail"): .text(.detail)
        default: .skip
        }
    }

    private static func metadata(_ key: UnsafeRawBufferPointer) -> RecordSlot {
        switch key.count {
        case 7 where isKey(key, "product"): .open(.product)
        case 7 where isKey(key, "version"): .scratch(.schemaVersion)
        case 10 where isKey(key, "event_code"): .text(.checkID)
        case 10 where isKey(key, "tenant_uid"): .text(.tenantID)
        default: .skip
        }
    }

    private static func product(_ key: UnsafeRawBufferPointer) -> RecordSlot {
        switch key.count {
        case 4 where isKey(key, "name"): .text(.source)
        case 7 where isKey(key, "version"): .text(.sourceVersion)
        case 11 where isKey(key, "vendor_name"): .scratch(.vendor)
        default: .skip
        }
    }

    private static func analytic(_ key: UnsafeRawBufferPointer) -> RecordSlot {
        switch key.count {
        case 3 where isKey(key, "uid"): .scratch(.analytic)
        case 7 where isKey(key, "version"): .text(.checkVersion)
        default: .skip
        }
    }

    private static func compliance(_ key: UnsafeRawBufferPointer) -> RecordSlot {
        switch key.count {
        case 6 where isKey(key, "status"): .scratch(.complianceWord)
        case 7 where isKey(key, "control"): .scratch(.control)
        case 9 where isKey(key, "status_id"): .number(.complianceStatusID)
        default: .skip
        }
    }

    private static func remediation(_ key: UnsafeRawBufferPointer) -> RecordSlot {
        switch key.count {
        case 4 where isKey(key, "desc"): .scratch(.remediationText)
        case 10 where isKey(key, "references"): .open(.references)
        default: .skip
        }
    }

    private static func furtherResource(_ key: UnsafeRawBufferPointer) -> RecordSlot {
        switch key.count {
        case 3 where isKey(key, "uid"): .scratch(.furtherID)
        case 4 where isKey(key, "name"): .scratch(.furtherName)
        default: .skip
        }
    }

    private static func findingInfo(_ key: UnsafeRawBufferPointer) -> RecordSlot {
        switch key.count {
        case 3 where isKey(key, "uid"): .text(.uid)
        case 4 where isKey(key, "desc"): .text(.description)
        case 5 where isKey(key, "title"): .text(.title)
        case 8 where isKey(key, "analytic"): .open(.analytic)
        case 12 where isKey(key, "created_time"): .time(.created)
        default: .skip
        }
    }

    private static func resource(_ key: UnsafeRawBufferPointer) -> RecordSlot {
        switch key.count {
        case 3 where isKey(key, "uid"): .text(.resourceID)
        case 4 where isKey(key, "name"): .text(.resourceName)
        case 4 where isKey(key, "type"): .text(.resourceType)
        case 5 where isKey(key, "group"): .open(.group)
        default: .skip
        }
    }
}
