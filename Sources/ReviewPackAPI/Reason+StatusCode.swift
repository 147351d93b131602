public import Domain
public import TTRPC

extension Reason {
    /// The status code that an error of this reason has on the wire: the one mapping, for the service and for its
    /// clients.
    public var code: StatusCode {
        switch self {
        case .notFound, .packNotReady, .packExpired: .notFound
        case .capabilityRequired, .delegationDenied, .tokenInvalid, .tokenExpired, .tokenCaller: .permissionDenied
        case .generationInProgress, .pruneInProgress, .backupInProgress, .checkInProgress: .aborted
        case .alreadyExpired, .wrongState, .fileNotRemoved: .failedPrecondition
        case .alreadyExists: .alreadyExists
        case .messageTooLarge, .reportTooLarge, .importTooLarge, .scopeLimit, .connectionLimit, .streamLimit, .jobLimit,
            .stagingLimit, .storageFull:
            .resourceExhausted
        case .invalidField, .malformedMessage, .invalidPageToken, .requestIDReused, .invalidRecord, .timeInFuture,
            .allRecordsRejected, .invalidJSON, .truncatedInput, .tenantMismatch:
            .invalidArgument
        case .packCorrupted, .auditBroken, .databaseDamaged: .dataLoss
        case .ioError, .draining, .starting, .unreachable: .unavailable
        case .deadlineExceeded: .deadlineExceeded
        case .cancelled: .cancelled
        case .unknownService, .unknownMethod: .unimplemented
        case .internalError: .internal
        }
    }
}
