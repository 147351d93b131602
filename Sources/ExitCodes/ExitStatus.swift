import Domain

/// The exit codes of both programs: those of sysexits(3), and 130 for an interrupt.
package enum ExitStatus: Int32, CaseIterable, Sendable {
    case ok = 0
    case failure = 1
    case notFound = 4
    case usage = 64
    case badData = 65
    case noInput = 66
    case unavailable = 69
    case software = 70
    case cannotCreate = 73
    case io = 74
    case temporary = 75
    case noPermission = 77
    case configuration = 78
    case interrupted = 130
}

extension Reason {
    /// The exit code of a program that ends for this reason; Docs/ERRORS.md has the table.
    package var exit: ExitStatus {
        switch self {
        case .notFound, .packNotReady, .packExpired: .notFound
        case .capabilityRequired, .delegationDenied, .tokenInvalid, .tokenExpired, .tokenCaller: .noPermission
        case .generationInProgress, .pruneInProgress, .backupInProgress, .checkInProgress: .temporary
        case .alreadyExpired, .wrongState, .fileNotRemoved, .alreadyExists: .failure
        case .messageTooLarge, .reportTooLarge, .importTooLarge, .scopeLimit: .temporary
        case .connectionLimit, .streamLimit, .jobLimit, .stagingLimit, .storageFull: .temporary
        case .invalidField, .malformedMessage, .invalidPageToken, .requestIDReused: .usage
        case .invalidRecord, .timeInFuture, .allRecordsRejected, .invalidJSON, .truncatedInput, .tenantMismatch:
            .badData
        case .packCorrupted, .auditBroken, .databaseDamaged: .badData
        case .ioError: .io
        case .draining, .starting, .unreachable: .unavailable
        case .deadlineExceeded: .temporary
        case .cancelled: .interrupted
        case .unknownService, .unknownMethod, .internalError: .software
        }
    }
}
