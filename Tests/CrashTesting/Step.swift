import Domain
package import Foundation

/// One change that a client asks for.
package enum Step: Sendable {
    case create(name: String)
    case delete
    case rename(String)
    /// New findings of the native format, with uids of these numbers.
    case findings(requestID: String, numbers: Range<Int>)
    case report(requestID: String, text: String)
    /// Operation runs with these ids, all of the time at which the step was made: no prune is due for them before the
    /// clock moves.
    case operations(requestID: String, ids: [String], at: Date = .now)
    /// Hardening settings that were checked at this time, in seconds since 1970.
    case hardening(checkedAt: Int64)
    /// A scan that succeeded, begun at a time of the last days by the service's clock.
    case scan(requestID: String, at: Date)
    case generate(requestID: String, includePII: Bool)
    /// Waits for the end of a pack's generation.
    case watch(String)
    case cancel(String)
    case expire(String)
    case token(String)
    case download(String)
    /// Makes a subject a viewer of the tenant.
    case grant(String)
    case revoke(String)
    /// An alert rule for this receiver.
    case createRule(String)
    case deleteRule(String)
    /// A download with a token that nobody signed.
    case forgedToken
    case prune
    case backup

    package var word: String {
        switch self {
        case .create: "create"
        case .delete: "delete"
        case .rename: "rename"
        case .findings: "findings"
        case .report: "report"
        case .operations: "operations"
        case .hardening: "hardening"
        case .scan: "scan"
        case .generate: "generate"
        case .watch: "watch"
        case .cancel: "cancel"
        case .expire: "expire"
        case .token: "token"
        case .download: "download"
        case .grant: "grant"
        case .revoke: "revoke"
        case .createRule: "create rule"
        case .deleteRule: "delete rule"
        case .forgedToken: "forged token"
        case .prune: "prune"
        case .backup: "backup"
        }
    }

    /// Whether a retry with the same `request_id` settles it.
    var isRepeatable: Bool {
        switch self {
        case .findings, .report, .operations, .scan, .generate: true
        default: false
        }
    }

    /// The type of the operation run that it leaves.
    var run: OperationType? {
        switch self {
        case .findings: .importFindings
        case .report: .importReport
        case .operations: .importOperations
        case .hardening: .importHardening
        case .scan: .permissionPostureScan
        default: nil
        }
    }

    /// Whether this answer is a normal one: the state has moved on, and nothing was done.
    func expects(_ reason: Reason?) -> Bool {
        switch self {
        case .generate: reason == .generationInProgress
        case .cancel: reason == .wrongState
        case .expire: reason == .alreadyExpired
        case .prune: reason == .pruneInProgress
        case .backup: reason == .backupInProgress
        default: false
        }
    }
}
