import Domain

/// What a check is asked to do.
package struct CheckOptions: Sendable, Equatable {
    /// Whether every pack's file is read and compared with its digests; else its size alone is.
    package var readsData: Bool
    /// Whether what can be mended without losing evidence is mended.
    package var repairs: Bool

    package init(readsData: Bool = false, repairs: Bool = false) {
        self.readsData = readsData
        self.repairs = repairs
    }
}

/// Something that is not as it should be.
package struct CheckProblem: Sendable, Equatable {
    /// The raw value is the word that callers see.
    package enum Kind: String, CaseIterable, Sendable {
        /// SQLite finds its own pages or references damaged, or a table or trigger is not one of this version.
        case databaseDamaged = "database_damaged"
        /// An index or trigger of the schema is missing or is another one.
        case indexMissing = "index_missing"
        case auditBroken = "audit_broken"
        case fileMissing = "file_missing"
        case fileSize = "file_size"
        case fileDigest = "file_digest"
        /// Something else than a regular file stands where a pack's file belongs.
        case fileKind = "file_kind"
        case fileMode = "file_mode"
        /// An entry of the exports directory that belongs to no pack.
        case orphanFile = "orphan_file"
        /// Bytes that a generation or an expiry should have removed.
        case leftoverFile = "leftover_file"
        /// The stored sum over a tenant's findings is not the sum over its findings.
        case revisionWrong = "revision_wrong"
        /// The stored numbers of a tenant's findings are not those of its findings.
        case countWrong = "count_wrong"
        /// A ready pack without the digest of every block.
        case digestsMissing = "digests_missing"
    }

    package var kind: Kind
    /// A pack's id, the name of an entry of the exports directory, an index, a tenant's external id, an audit event's
    /// number.
    package var subject: String
    /// A sentence: what is wrong, and what to do.
    package var message: String
    package var isRepaired: Bool

    package init(_ kind: Kind, _ subject: String, _ message: String, isRepaired: Bool = false) {
        self.kind = kind
        self.subject = subject
        self.message = message
        self.isRepaired = isRepaired
    }
}

/// What a check looked at and found.
package struct CheckResult: Sendable, Equatable {
    /// How many problems are listed at most.
    package static let listed = 1000

    /// Ready packs.
    package var packs: Int64 = 0
    /// Entries of the exports directory.
    package var files: Int64 = 0
    package var bytesRead: Int64 = 0
    package var auditEvents: Int64 = 0
    /// The first ones, in the order in which they were found.
    package private(set) var problems: [CheckProblem] = []
    /// All of them, listed or not.
    package private(set) var problemCount: Int64 = 0
    private var unrepaired: Int64 = 0

    package init() {}

    /// Whether nothing is wrong, or everything that was is repaired.
    package var isSound: Bool { unrepaired == 0 }
    package var repairedCount: Int64 { problemCount - unrepaired }

    mutating func note(_ problem: CheckProblem) {
        problemCount += 1
        if !problem.isRepaired { unrepaired += 1 }
        if problems.count < CheckResult.listed { problems.append(problem) }
    }
}
