/// The canonical status codes of `google.rpc.Code` that the product uses.
public enum CanonicalCode: Int32, CaseIterable, Sendable {
    case cancelled = 1
    case invalidArgument = 3
    case deadlineExceeded = 4
    case notFound = 5
    case alreadyExists = 6
    case permissionDenied = 7
    case resourceExhausted = 8
    case failedPrecondition = 9
    case aborted = 10
    case unimplemented = 12
    case internalError = 13
    case unavailable = 14
    case dataLoss = 15

    /// The name in `google.rpc.Code`.
    public var name: String {
        switch self {
        case .cancelled: "CANCELLED"
        case .invalidArgument: "INVALID_ARGUMENT"
        case .deadlineExceeded: "DEADLINE_EXCEEDED"
        case .notFound: "NOT_FOUND"
        case .alreadyExists: "ALREADY_EXISTS"
        case .permissionDenied: "PERMISSION_DENIED"
        case .resourceExhausted: "RESOURCE_EXHAUSTED"
        case .failedPrecondition: "FAILED_PRECONDITION"
        case .aborted: "ABORTED"
        case .unimplemented: "UNIMPLEMENTED"
        case .internalError: "INTERNAL"
        case .unavailable: "UNAVAILABLE"
        case .dataLoss: "DATA_LOSS"
        }
    }
}

/// Every reason that an error of the daemon can carry: the one table of reason, status code and
/// whether to try again.
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

    public var code: CanonicalCode { row.code }
    /// Whether the same request may succeed later without anybody changing it.
    public var isRetryable: Bool { row.retryable }

    private var row: (code: CanonicalCode, retryable: Bool) {
        switch self {
        case .notFound, .packNotReady, .packExpired: (.notFound, false)
        case .capabilityRequired, .delegationDenied, .tokenInvalid, .tokenExpired, .tokenCaller:
            (.permissionDenied, false)
        case .generationInProgress, .pruneInProgress, .backupInProgress, .checkInProgress:
            (.aborted, true)
        case .alreadyExpired, .wrongState, .fileNotRemoved: (.failedPrecondition, false)
        case .alreadyExists: (.alreadyExists, false)
        case .messageTooLarge, .reportTooLarge, .importTooLarge, .scopeLimit: (.resourceExhausted, false)
        case .connectionLimit, .streamLimit, .jobLimit, .stagingLimit, .storageFull:
            (.resourceExhausted, true)
        case .invalidField, .malformedMessage, .invalidPageToken, .requestIDReused: (.invalidArgument, false)
        case .invalidRecord, .timeInFuture, .allRecordsRejected, .invalidJSON, .truncatedInput, .tenantMismatch:
            (.invalidArgument, false)
        case .packCorrupted, .auditBroken, .databaseDamaged: (.dataLoss, false)
        case .ioError: (.unavailable, true)
        case .draining, .starting, .unreachable: (.unavailable, true)
        case .deadlineExceeded: (.deadlineExceeded, true)
        case .cancelled: (.cancelled, true)
        case .unknownService, .unknownMethod: (.unimplemented, false)
        case .internalError: (.internalError, false)
        }
    }
}
