public import Bytes
public import Domain

/// One consistent view of everything cached about a tenant: what a pack is rendered from.
///
/// The store implements it over a single read transaction, so that all calls see the same instant however long they
/// take and whatever is imported meanwhile. Use it from one thread; buffers handed to a closure are valid only until it
/// returns.
public protocol TenantEvidence {
    var workspaceName: String { get }
    var workspaceID: WorkspaceID { get }
    var tenantID: TenantID { get }
    var tenantExternalID: TenantExternalID { get }
    var tenantName: String { get }

    /// The fingerprint of this evidence with the given options: `Docs/PACK-FORMAT.md` says what it is.
    func fingerprint(options: PackOptions) throws -> Digest256

    /// Nil when hardening settings were never put.
    func hardening() throws -> HardeningSettings?

    /// The latest report of a type (greatest measured_at), without its payload; nil when there is none.
    func report(_ type: ReportType) throws -> ReportRecord?

    /// Hands out the stored bytes of that report's payload, in order, in pieces of at most 1 MiB.
    func readPayload(of type: ReportType, _ body: (UnsafeRawBufferPointer) throws -> Void) throws

    /// How many findings `forEachFinding` hands out, without reading them.
    func findingsCount() throws -> Int64

    /// Every open and acknowledged finding, in the order in which they were first stored.
    func forEachFinding(_ body: (borrowing FindingRow) throws -> Void) throws

    /// The texts of each check of the tenant, in no particular order; a check whose findings differ in them comes once
    /// for each.
    func forEachCheckText(_ body: (borrowing CheckTextRow) throws -> Void) throws

    /// Operation runs started at or after `start`, newest first, without the run with the id `excluded`.
    func forEachOperation(
        since start: UnixMillis, excluding excluded: OperationRunID?, _ body: (OperationRecord) throws -> Void)
        throws

    /// Each source that ever delivered something for this tenant, in the order of their names.
    func sources() throws -> [SourceFreshness]

    /// The display names, principal names and addresses that structured fields of this tenant's data hold, one per
    /// call, each once, in no particular order, as they came (not folded).
    func forEachIdentity(_ body: (UnsafeRawBufferPointer) throws -> Void) throws
}

/// What an implementation of `TenantEvidence` throws where the evidence cannot be read: it knows how the generation
/// ends.
public struct EvidenceFailure: Error, Equatable, Sendable {
    public var reason: FailureReason
    /// For the journal alone.
    public var detail: String

    public init(_ reason: FailureReason, detail: String) {
        self.reason = reason
        self.detail = detail
    }
}

/// The cells of one finding as they lie in the database: text as UTF-8 bytes that live until the closure returns.
public struct FindingRow {
    /// 64 lower-case hexadecimal digits.
    public var fingerprint: UnsafeRawBufferPointer
    public var source: UnsafeRawBufferPointer
    public var sourceVersion: UnsafeRawBufferPointer
    public var checkID: UnsafeRawBufferPointer
    public var checkVersion: UnsafeRawBufferPointer
    public var title: UnsafeRawBufferPointer
    public var severity: Severity
    public var result: FindingResult
    public var status: FindingStatus
    public var statusReason: UnsafeRawBufferPointer
    public var resourceType: UnsafeRawBufferPointer
    public var resourceID: UnsafeRawBufferPointer
    public var resourceName: UnsafeRawBufferPointer
    public var occurrences: Int64
    public var firstSeenAt: UnixMillis
    public var lastSeenAt: UnixMillis
    public var description: UnsafeRawBufferPointer
    public var detail: UnsafeRawBufferPointer
    public var remediation: UnsafeRawBufferPointer

    public init() {
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        fingerprint = none
        source = none
        sourceVersion = none
        checkID = none
        checkVersion = none
        title = none
        severity = .unknown
        result = .none
        status = .open
        statusReason = none
        resourceType = none
        resourceID = none
        resourceName = none
        occurrences = 1
        firstSeenAt = UnixMillis(0)
        lastSeenAt = UnixMillis(0)
        description = none
        detail = none
        remediation = none
    }
}

/// What a check's findings say of the check, as it lies in the database.
public struct CheckTextRow {
    public var source: UnsafeRawBufferPointer
    public var checkID: UnsafeRawBufferPointer
    public var title: UnsafeRawBufferPointer
    public var description: UnsafeRawBufferPointer
    public var remediation: UnsafeRawBufferPointer
    /// Whether a scanner's run evaluated the check; false when native records alone name it.
    public var isEvaluated: Bool
    /// Whether a scanner's record brought these texts; false for those of native records, which a converter writes.
    public var isFromScanner: Bool

    public init(
        source: UnsafeRawBufferPointer, checkID: UnsafeRawBufferPointer, title: UnsafeRawBufferPointer,
        description: UnsafeRawBufferPointer, remediation: UnsafeRawBufferPointer, isEvaluated: Bool,
        isFromScanner: Bool
    ) {
        self.isEvaluated = isEvaluated
        self.isFromScanner = isFromScanner
        self.source = source
        self.checkID = checkID
        self.title = title
        self.description = description
        self.remediation = remediation
    }
}

/// A tenant's hardening settings, as put by a local service.
public struct HardeningSettings: Equatable, Sendable {
    public var scopeMode: String?
    public var lastCheckedAt: UnixMillis?
    public var lastSetupAt: UnixMillis?
    /// Canary name to result, in the order of the names' bytes.
    public var canaryResults: [CanaryResult]
    public var warnings: [String]

    public init(
        scopeMode: String? = nil, lastCheckedAt: UnixMillis? = nil, lastSetupAt: UnixMillis? = nil,
        canaryResults: [CanaryResult] = [], warnings: [String] = []
    ) {
        self.scopeMode = scopeMode
        self.lastCheckedAt = lastCheckedAt
        self.lastSetupAt = lastSetupAt
        self.canaryResults = canaryResults
        self.warnings = warnings
    }

    public struct CanaryResult: Equatable, Sendable {
        public var name: String
        public var result: String

        public init(name: String, result: String) {
            self.name = name
            self.result = result
        }

        public static func == (a: CanaryResult, b: CanaryResult) -> Bool {
            ExactText(a.name) == ExactText(b.name) && ExactText(a.result) == ExactText(b.result)
        }
    }

    /// Byte by byte: settings that only look the same are put in place of the old ones.
    public static func == (a: HardeningSettings, b: HardeningSettings) -> Bool {
        a.scopeMode.map { ExactText($0) } == b.scopeMode.map { ExactText($0) } && a.lastCheckedAt == b.lastCheckedAt
            && a.lastSetupAt == b.lastSetupAt && a.canaryResults == b.canaryResults
            && a.warnings.map { ExactText($0) } == b.warnings.map { ExactText($0) }
    }
}

/// A stored report without its payload.
public struct ReportRecord: Equatable, Sendable {
    public var type: ReportType
    /// SHA-256 of the stored bytes.
    public var fingerprint: Digest256
    public var measuredAt: UnixMillis
    public var payloadBytes: Int

    public init(type: ReportType, fingerprint: Digest256, measuredAt: UnixMillis, payloadBytes: Int) {
        self.type = type
        self.fingerprint = fingerprint
        self.measuredAt = measuredAt
        self.payloadBytes = payloadBytes
    }
}

/// One operation run of a tenant.
public struct OperationRecord: Equatable, Sendable {
    public var id: OperationRunID
    public var type: OperationType
    public var status: OperationStatus
    public var outcome: OperationOutcome?
    public var reasonCode: String?
    public var initiator: String
    public var startedAt: UnixMillis
    public var finishedAt: UnixMillis?
    /// A JSON object as text; `{}` when there is nothing to say.
    public var context: String
    /// Whether an import brought the run; all others are the service's own.
    public var isImported: Bool

    public init(
        id: OperationRunID, type: OperationType, status: OperationStatus, outcome: OperationOutcome? = nil,
        reasonCode: String? = nil, initiator: String, startedAt: UnixMillis, finishedAt: UnixMillis? = nil,
        context: String = "{}", isImported: Bool = false
    ) {
        self.id = id
        self.type = type
        self.status = status
        self.outcome = outcome
        self.reasonCode = reasonCode
        self.initiator = initiator
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.context = context
        self.isImported = isImported
    }
}
