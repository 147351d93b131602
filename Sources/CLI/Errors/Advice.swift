import Domain
import Glibc
import ReviewPackClient
import TTRPC

extension ClientError {
    /// What to do next, in one line.
    var advice: String {
        switch self {
        case .remote(let failure): failure.advice
        case .unreachable(_, EACCES):
            "ask its operator to let you use the socket (its group is in `ls -l` of the socket), then log in again"
        case .unreachable:
            "start it (`systemctl start reviewpackd`), or name its socket with --address or REVIEWPACK_ADDRESS"
        case .connectionLost: Self.connectionLostAdvice(uid: geteuid())
        case .protocolViolation:
            "check that the address is reviewpackd's and that client and service have the same version"
        case .cancelled: "run the command again"
        case .local(let fault): fault.advice
        }
    }

    /// The service closes the connections of uids that stand for "unknown" without a word (Docs/PROTOCOL.md,
    /// "Identity").
    static func connectionLostAdvice(uid: UInt32) -> String {
        uid == 65534 || uid == .max
            ? "run it as a user with a uid of its own: the service refuses uid \(uid), which stands for nobody"
            : "look whether the service runs (`reviewpackctl health`), then try again"
    }
}

extension RemoteFailure {
    /// What to do next, as far as the status's metadata tells more than its reason.
    fileprivate var advice: String {
        switch reason {
        case .generationInProgress:
            if let pack = metadata["pack"] { return "wait for it (`reviewpackctl watch \(pack)`), then try again" }
        case .packNotReady where metadata["status"] == "failed":
            return "it will never be ready; see why (`reviewpackctl show PACK`) and generate a new one"
        case .capabilityRequired:
            if metadata["capability"].flatMap(Capability.init(rawValue:))?.scope == .system {
                return "ask an administrator: root, or a member of the service's admin group"
            }
        case .wrongState where metadata["status"] == "queued" || metadata["status"] == "generating":
            return "wait for it (`reviewpackctl watch PACK`), then try again"
        case .invalidRecord where metadata["problem"] == "UNKNOWN_FORMAT":
            return "leave --format away, or say what the file holds"
        // A document has no records that could be skipped.
        case .invalidRecord where metadata["problem"] != nil && metadata["record"] == nil:
            return "correct the document, then import it again"
        default: break
        }
        return reason?.advice ?? code.adviceWithoutReason
    }
}

extension Reason {
    /// What a caller does about it, in one line.
    var advice: String {
        switch self {
        case .notFound: "check the id (`reviewpackctl list`, `tenant list`), or ask an owner to make you a member"
        case .capabilityRequired: "ask an owner to grant you the role (`reviewpackctl member grant`)"
        case .delegationDenied: "drop --on-behalf-of, or ask an administrator for the role delegate"
        case .tokenInvalid, .tokenExpired, .tokenCaller:
            "issue a new token as the caller who downloads: `reviewpackctl token PACK`"
        case .packNotReady: "wait until it is ready: `reviewpackctl watch PACK`"
        case .packExpired: "generate a new pack: `reviewpackctl generate TENANT`"
        case .generationInProgress: "wait for the active pack (`reviewpackctl card TENANT`), then try again"
        case .pruneInProgress: "try again when the other prune has ended"
        case .backupInProgress: "try again when the other backup has ended"
        case .checkInProgress: "try again when the other check has ended"
        case .alreadyExpired: "nothing is left to do: the pack's file is gone"
        case .fileNotRemoved:
            """
            tell the operator: what keeps the file is in the journal; the next prune or start of the service removes it
            """
        case .wrongState: "look at its state: `reviewpackctl show PACK`"
        case .alreadyExists: "use the existing one, or choose another name or id"
        case .messageTooLarge: "send less in one request"
        case .connectionLimit, .streamLimit, .jobLimit: "wait until some of your other calls have ended, then try again"
        case .scopeLimit: "remove one that is not needed any more, or ask the operator to raise the limit"
        case .stagingLimit: "wait until your other imports have ended, or split the file"
        case .reportTooLarge: "send a report of at most 32 MiB"
        case .importTooLarge: "split the file and import its parts"
        case .storageFull: "ask the operator to free space (expire or prune packs), then try again"
        case .invalidField: "correct the argument; --help shows what is allowed"
        case .malformedMessage, .unknownService, .unknownMethod:
            "use the client of the service's version (`reviewpackctl version`)"
        case .invalidPageToken: "start again from the first page"
        case .requestIDReused: "use a new request id for another request"
        case .invalidRecord: "correct the record, or count and skip bad ones with --skip-bad-records"
        case .timeInFuture:
            """
            correct the clock of the machine that took the measurement and scan again, or leave such records out with \
            --skip-bad-records
            """
        case .allRecordsRejected: "look at the complaints (`reviewpackctl operation show RUN`) and correct the file"
        case .invalidJSON: "check the file's format (--format) and that its scanner finished writing"
        case .truncatedInput: "the file is cut off: let the scanner finish, then import again"
        case .tenantMismatch: "import it into the tenant it is of, or say --allow-tenant-mismatch"
        case .packCorrupted: "expire the pack and generate a new one; tell the operator that storage changed bytes"
        case .auditBroken: "tell the operator: the audit log was changed outside the service"
        case .databaseDamaged: "tell the operator: `reviewpackctl check` names what is damaged, a backup has it whole"
        case .ioError:
            "ask the operator to look at the disk and the journal (`journalctl -u reviewpackd`), then try again"
        case .draining, .starting: "try again in a moment"
        case .unreachable:
            "start it (`systemctl start reviewpackd`), or name its socket with --address or REVIEWPACK_ADDRESS"
        case .deadlineExceeded: "try again; if it recurs, ask the operator whether the service is overloaded"
        case .cancelled: "run the command again"
        case .internalError:
            "try again; if it recurs, ask the operator to look into the journal (`journalctl -u reviewpackd`)"
        }
    }
}

extension StatusCode {
    /// What to do about a status whose reason is unknown.
    fileprivate var adviceWithoutReason: String {
        switch self {
        case .unimplemented: Reason.unknownMethod.advice
        case .notFound: Reason.notFound.advice
        case .permissionDenied, .unauthenticated: Reason.capabilityRequired.advice
        case .invalidArgument, .outOfRange: Reason.invalidField.advice
        case .unavailable: Reason.draining.advice
        case .aborted, .resourceExhausted, .deadlineExceeded: "try again later"
        case .ok, .cancelled, .unknown, .alreadyExists, .failedPrecondition, .internal, .dataLoss:
            "if it recurs, ask the operator to look into the journal (`journalctl -u reviewpackd`)"
        }
    }
}
