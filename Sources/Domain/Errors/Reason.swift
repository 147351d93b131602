/// Every reason that an error of the daemon can carry, and whether to try again.
///
/// Its status code on the wire is `code` of ReviewPackAPI, its exit code `exit` of ExitCodes.
///
/// The raw value is the stable `reason` of `google.rpc.ErrorInfo` with the domain `reviewpack`.
public enum Reason: String, CaseIterable, Sendable {
    case notFound = "NOT_FOUND"
    case capabilityRequired = "CAPABILITY_REQUIRED"
    case delegationDenied = "DELEGATION_DENIED"
    case tokenInvalid = "TOKEN_INVALID"
    case tokenExpired = "TOKEN_EXPIRED"
    case tokenCaller = "TOKEN_CALLER"
    case packNotReady = "PACK_NOT_READY"
    case packExpired = "PACK_EXPIRED"
    case generationInProgress = "GENERATION_IN_PROGRESS"
    case pruneInProgress = "PRUNE_IN_PROGRESS"
    case backupInProgress = "BACKUP_IN_PROGRESS"
    case checkInProgress = "CHECK_IN_PROGRESS"
    case alreadyExpired = "ALREADY_EXPIRED"
    case wrongState = "WRONG_STATE"
    case fileNotRemoved = "FILE_NOT_REMOVED"
    case alreadyExists = "ALREADY_EXISTS"
    case messageTooLarge = "MESSAGE_TOO_LARGE"
    case connectionLimit = "CONNECTION_LIMIT"
    case streamLimit = "STREAM_LIMIT"
    case jobLimit = "JOB_LIMIT"
    case scopeLimit = "SCOPE_LIMIT"
    case stagingLimit = "STAGING_LIMIT"
    case reportTooLarge = "REPORT_TOO_LARGE"
    case importTooLarge = "IMPORT_TOO_LARGE"
    case storageFull = "STORAGE_FULL"
    case invalidField = "INVALID_FIELD"
    case malformedMessage = "MALFORMED_MESSAGE"
    case invalidPageToken = "INVALID_PAGE_TOKEN"
    case requestIDReused = "REQUEST_ID_REUSED"
    case invalidRecord = "INVALID_RECORD"
    case timeInFuture = "TIME_IN_FUTURE"
    case allRecordsRejected = "ALL_RECORDS_REJECTED"
    case invalidJSON = "INVALID_JSON"
    case truncatedInput = "TRUNCATED_INPUT"
    case tenantMismatch = "TENANT_MISMATCH"
    case packCorrupted = "PACK_CORRUPTED"
    case auditBroken = "AUDIT_BROKEN"
    case databaseDamaged = "DATABASE_DAMAGED"
    case ioError = "IO_ERROR"
    case draining = "DRAINING"
    case starting = "STARTING"
    case unreachable = "UNREACHABLE"
    case deadlineExceeded = "DEADLINE_EXCEEDED"
    case cancelled = "CANCELLED"
    case unknownService = "UNKNOWN_SERVICE"
    case unknownMethod = "UNKNOWN_METHOD"
    case internalError = "INTERNAL"

    /// The `domain` of every `google.rpc.ErrorInfo` of the product.
    public static let domain = "reviewpack"

    /// Whether the same request may succeed later without anybody changing it.
    public var isRetryable: Bool {
        switch self {
        case .generationInProgress, .pruneInProgress, .backupInProgress, .checkInProgress: true
        case .connectionLimit, .streamLimit, .jobLimit, .stagingLimit, .storageFull: true
        case .ioError, .draining, .starting, .unreachable, .deadlineExceeded, .cancelled: true
        case .notFound, .packNotReady, .packExpired: false
        case .capabilityRequired, .delegationDenied, .tokenInvalid, .tokenExpired, .tokenCaller: false
        case .alreadyExpired, .wrongState, .fileNotRemoved, .alreadyExists: false
        case .messageTooLarge, .reportTooLarge, .importTooLarge, .scopeLimit: false
        case .invalidField, .malformedMessage, .invalidPageToken, .requestIDReused: false
        case .invalidRecord, .timeInFuture, .allRecordsRejected, .invalidJSON, .truncatedInput, .tenantMismatch: false
        case .packCorrupted, .auditBroken, .databaseDamaged, .unknownService, .unknownMethod, .internalError: false
        }
    }
}
