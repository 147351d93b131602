/// The texts of a finding record; the raw value is the field's place in the record and in its staged form.
public enum FindingField: UInt8, CaseIterable, Sendable {
    /// The scanner's name as it came, for example `Prowler`; for native records the `source` key or `native`.
    case source = 0
    case sourceVersion = 1
    /// Without the version suffix where the scanner writes one (see `CheckIdentity`).
    case checkID = 2
    case checkVersion = 3
    case title = 4
    /// Why the finding is muted or acknowledged, when the data says so.
    case statusReason = 5
    case resourceType = 6
    case resourceID = 7
    case resourceName = 8
    case description = 9
    case detail = 10
    case remediation = 11
    /// The scan's own id, when the data holds one.
    case runID = 12
    /// The finding's own id. Native records are told apart by it, a scanner's only where they name no resource.
    case uid = 13
    /// The tenant identifier that the data names, when it names one.
    case tenantID = 14
    /// Names and ids of resources that did not fit into `resourceName` and `resourceID`, by lines; shown nowhere, but
    /// gathered.
    case unshownNames = 15

    static let count = 16

    /// The longest text accepted, in bytes. Ids and names of tools stay small; a record's limit bounds the rest.
    var maximumBytes: Int {
        switch self {
        case .sourceVersion, .checkVersion, .runID: 256
        case .source, .resourceType, .tenantID: 512
        case .checkID: 1024
        case .uid, .resourceID: 4096
        case .title, .statusReason: 16_384
        case .resourceName: 65_536
        case .description, .detail, .remediation: 1 << 20
        case .unshownNames: 4 << 20
        }
    }
}

/// Parts of a record that become texts only when all of it has been read; never staged.
enum ScratchField: UInt8, CaseIterable {
    case risk = 0
    case remediationText = 1
    case references = 2
    case groupName = 3
    case organisation = 4
    case analytic = 5
    case control = 6
    case message = 7
    case statusWord = 8
    case severityWord = 9
    case resultWord = 10
    case complianceWord = 11
    case schemaVersion = 12
    case vendor = 13
    case activityWord = 14
    /// Of the second and every further resource that is being read.
    case furtherID = 15
    case furtherName = 16
    /// The ids of further resources, by lines; they join the first one's when the record is staged.
    case furtherIDs = 17

    static let count = 18

    /// As long as the text that it becomes a part of may be.
    var maximumBytes: Int {
        switch self {
        case .risk, .remediationText, .references, .message: 1 << 20
        case .furtherName, .furtherIDs: 65_536
        default: 4096
        }
    }
}

extension FindingField {
    /// The key that a complaint about the text names.
    func path(in format: FindingFormat?) -> String {
        guard format == .ocsf else {
            switch self {
            case .source: return "source"
            case .sourceVersion: return "source_version"
            case .checkID: return "check_id"
            case .checkVersion: return "check_version"
            case .title: return "title"
            case .statusReason: return "status_reason"
            case .resourceType: return "resource_type"
            case .resourceID: return "resource_uid"
            case .resourceName: return "resource_name"
            case .description: return "description"
            case .detail: return "detail"
            case .remediation: return "remediation"
            case .runID: return "run_id"
            case .uid: return "uid"
            case .tenantID: return "tenant_id"
            case .unshownNames: return "resource_name"
            }
        }
        switch self {
        case .source: return "metadata.product.name"
        case .sourceVersion: return "metadata.product.version"
        case .checkID: return "metadata.event_code"
        case .checkVersion: return "finding_info.analytic.version"
        case .title: return "finding_info.title"
        case .statusReason: return "comment"
        case .resourceType: return "resources[0].type"
        case .resourceID: return "resources[0].uid"
        case .resourceName: return "resources[0].name"
        case .description: return "finding_info.desc"
        case .detail: return "status_detail"
        case .remediation: return "remediation"
        case .runID: return "unmapped.scan_id"
        case .uid: return "finding_info.uid"
        case .tenantID: return "metadata.tenant_uid"
        case .unshownNames: return "resources"
        }
    }
}

extension ScratchField {
    var path: String {
        switch self {
        case .risk: "risk_details"
        case .remediationText: "remediation.desc"
        case .references: "remediation.references"
        case .groupName: "resources[0].group.name"
        case .organisation: "cloud.org.uid"
        case .analytic: "finding_info.analytic.uid"
        case .control: "compliance.control"
        case .message: "message"
        case .statusWord: "status"
        case .severityWord: "severity"
        case .resultWord: "status_code"
        case .complianceWord: "compliance.status"
        case .schemaVersion: "metadata.version"
        case .vendor: "metadata.product.vendor_name"
        case .activityWord: "activity_name"
        case .furtherID: "resources[].uid"
        case .furtherName, .furtherIDs: "resources[].name"
        }
    }
}

/// The two input formats of findings.
public enum FindingFormat: UInt8, Sendable {
    /// JSON lines with our own keys.
    case native = 1
    /// OCSF Detection Finding (class 2004) or Compliance Finding (class 2003).
    case ocsf = 2
}

/// Where a record begins, or the place in it that a complaint is about.
public struct RecordPosition: Equatable, Sendable {
    /// The record's number in the input, from 1; 0 when it is about the input as a whole.
    public var ordinal: Int
    /// The line, from 1.
    public var line: Int
    /// The offset in the UTF-8 text (after transcoding and without a byte order mark), from 0.
    public var byteOffset: Int

    public init(ordinal: Int, line: Int, byteOffset: Int) {
        self.ordinal = ordinal
        self.line = line
        self.byteOffset = byteOffset
    }
}
