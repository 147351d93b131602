/// Why a generation ended `failed`: the stable `reason_code` in its operation run's context.
public enum FailureReason: String, CaseIterable, Sendable {
    case timeout
    case interrupted
    case storageFull = "storage_full"
    case ioError = "io_error"
    case redactionIncomplete = "redaction_incomplete"
    case cancelled
    case superseded
    case heldBack = "held_back"
    case internalError = "internal"

    /// How a generation ends that met an error of this reason.
    public init(_ reason: Reason) {
        switch reason {
        case .storageFull: self = .storageFull
        case .ioError, .databaseDamaged, .packCorrupted: self = .ioError
        default: self = .internalError
        }
    }

    /// The sentence for people, without paths, SQL or values.
    public var explanation: String {
        switch self {
        case .timeout: "The generation took longer than its limit."
        case .interrupted: "The service stopped before the pack was finished."
        case .storageFull: "There was no space left to store the pack."
        case .ioError: "The evidence could not be read from storage, or the pack not be written to it."
        case .redactionIncomplete: "The final check found personal data that was not redacted; nothing was kept."
        case .cancelled: "The generation was cancelled."
        case .superseded: "The evidence changed and equals another ready pack."
        case .heldBack: "An expired pack of the same evidence still has its bytes, because the clock is doubted."
        case .internalError: "An internal error ended the generation; the journal has its details."
        }
    }

    /// What to do next.
    public var advice: String {
        switch self {
        case .timeout: "Try again; if it recurs, raise generation_timeout_minutes."
        case .interrupted, .cancelled: "Generate the pack again."
        case .storageFull: "Free disk space (prune or expire packs), then generate again."
        case .ioError: "Check the storage of the service (\(ClientCommandLine.check)), then generate again."
        case .redactionIncomplete: "Report this; until then generate with personal data included, if that is allowed."
        case .superseded: "Use the other pack."
        case .heldBack: "Check the clock, or expire that pack (\(ClientCommandLine.expire)); then generate again."
        case .internalError: "Try again; if it recurs, ask the operator to look into the journal."
        }
    }
}
