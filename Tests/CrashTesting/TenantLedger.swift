import Foundation

/// What the service acknowledged about one tenant, kept outside of it, and what was begun without an answer.
///
/// A crash may take nothing that is acknowledged; what was begun is there whole or not at all.
package struct TenantLedger: Sendable {
    /// What is known of a pack from outside.
    package enum Pack: Equatable, Sendable {
        /// Asked for, not seen to end.
        case active
        case ready(sha256: [UInt8])
        /// Ready once; its time has passed, so its bytes may be gone.
        case pastDue(sha256: [UInt8])
        case expired
        case failed
    }

    /// An audit event that must be there.
    package struct Event: Hashable, Sendable, CustomStringConvertible {
        var action: String
        /// The id of the pack or the tenant.
        var subject: String
        package var description: String { "\(action) of \(subject)" }
    }

    package let externalID: String
    /// The tenant's id of its present life; nil when it does not exist.
    package internal(set) var id: String?
    package internal(set) var name = ""
    package internal(set) var findings: Int64 = 0
    /// The SHA-256 of the last report, in hexadecimal.
    package internal(set) var report: String?
    /// The ids of the imported operation runs.
    package internal(set) var operations: Set<String> = []
    /// The types of the service's own runs by their ids: one of each import and each recorded scan.
    package internal(set) var runs: [String: String] = [:]
    /// The subjects who were made viewers of the tenant.
    package internal(set) var grants: Set<String> = []
    /// The ids of alert rules by their receivers.
    package internal(set) var rules: [String: String] = [:]
    /// When the last hardening settings say that they were checked, in seconds since 1970: each has a time of its own.
    package internal(set) var hardening: Int64?
    package internal(set) var packs: [String: Pack] = [:]
    /// Download tokens by pack.
    package internal(set) var tokens: [String: String] = [:]
    /// Begun, and not answered.
    package internal(set) var uncertain: [Step] = []
    /// Asked for once more after an error and acknowledged then: done once, or twice.
    package internal(set) var repeated: [Step] = []
    /// Whether a prune was ever asked for: from then on expired packs may have lost their rows.
    package internal(set) var pruneBegun = false
    /// What was acknowledged since the audit log was last compared.
    package internal(set) var events: [Event] = []
    /// How far the service's clock is ahead, in seconds.
    package internal(set) var clockAhead = 0
    /// Counts every name and id that is used up, so that none is used twice.
    package internal(set) var serial = 0

    package init(externalID: String) { self.externalID = externalID }

    var ready: [(id: String, sha256: [UInt8])] {
        packs.compactMap { id, pack in
            if case .ready(let sha256) = pack { (id, sha256) } else { nil }
        }.sorted { $0.id < $1.id }
    }

    package var readyPacks: [String] { ready.map(\.id) }
    package var activePacks: [String] { active }

    var active: [String] { packs.filter { $0.value == .active }.keys.sorted() }

    /// The time by the service's clock.
    var now: Date { .now.addingTimeInterval(TimeInterval(clockAhead)) }

    mutating func note(_ action: String, _ subject: String) { events.append(Event(action: action, subject: subject)) }

    /// The tenant is gone with all that it had.
    mutating func forget() {
        id = nil
        name = ""
        findings = 0
        report = nil
        operations = []
        runs = [:]
        grants = []
        rules = [:]
        hardening = nil
        packs = [:]
        tokens = [:]
    }

    /// The clock has moved past every pack's time, and past every token's.
    mutating func passRetention(_ seconds: Int) {
        clockAhead += seconds
        tokens = [:]
        for (id, pack) in packs { if case .ready(let sha256) = pack { packs[id] = .pastDue(sha256: sha256) } }
    }
}
