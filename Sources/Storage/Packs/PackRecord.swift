package import Bytes
package import Domain

/// One review pack as stored, with the names that every answer shows beside it.
package struct PackRecord: Sendable, Equatable {
    package var id: PackID
    package var workspaceID: WorkspaceID
    package var workspaceName: String
    package var tenantID: TenantID
    package var tenantExternalID: TenantExternalID
    package var tenantName: String
    package var operationRunID: OperationRunID
    package var initiator: Actor
    /// The status of the row; what callers see is `status(at:)`.
    package var storedStatus: PackStatus
    package var failureReason: FailureReason?
    /// The ready pack that this one turned out to equal, when the failure reason is `superseded`.
    package var supersededBy: PackID?
    package var fingerprint: Digest256?
    package var previousFingerprint: Digest256?
    package var options: PackOptions
    /// Set when ready.
    package var summary: PackSummary?
    /// The entry in the exports directory; never leaves the daemon. Nil before ready and once the bytes are gone.
    package var file: String?
    package var fileSize: Int64?
    package var sha256: Digest256?
    /// The retention that was in force when the pack was requested.
    package var retentionDays: Int
    package var generatedAt: UnixMillis?
    package var expiresAt: UnixMillis?
    package var createdAt: UnixMillis
    package var updatedAt: UnixMillis

    /// The status that callers see: a ready pack past its expiry is expired.
    package func status(at now: UnixMillis) -> PackStatus { storedStatus.effective(expiresAt: expiresAt, now: now) }

    /// When a pack generated at `time` expires.
    package func expiry(generatedAt time: UnixMillis) -> UnixMillis { time.advanced(byDays: retentionDays) }

    /// The file name that a download proposes: the UTC date is that of the generation.
    package var downloadName: String? {
        generatedAt.map { "review-pack-\(tenantExternalID)-\($0.utcDate).zip" }
    }
}

/// What a caller asks of a new pack; already authorised and validated.
package struct GenerationRequest: Sendable, Equatable {
    package var tenantID: TenantID
    package var options: PackOptions
    /// The pack of the same tenant that is to be made anew; its fingerprint becomes the new pack's previous one.
    package var regenerateFrom: PackID?
    package var retentionDays: Int
    /// The most packs that the caller's uid may have queued and generating at a time; nil = no bound.
    package var activeLimit: Int?

    package init(
        tenantID: TenantID, options: PackOptions, regenerateFrom: PackID? = nil, retentionDays: Int,
        activeLimit: Int? = nil
    ) {
        self.tenantID = tenantID
        self.options = options
        self.regenerateFrom = regenerateFrom
        self.retentionDays = retentionDays
        self.activeLimit = activeLimit
    }
}

package enum GenerationOutcome: Sendable, Equatable {
    /// A queued pack that somebody must now generate.
    case created(PackRecord)
    /// An unexpired ready pack with the same fingerprint; nothing was written.
    case reused(PackRecord)

    package var pack: PackRecord {
        switch self {
        case .created(let pack), .reused(let pack): pack
        }
    }
}

extension Alert {
    static func ready(_ pack: PackRecord) -> Alert {
        Alert(
            event: .packReady, workspaceID: pack.workspaceID, tenantID: pack.tenantID, packID: pack.id,
            title: "Review pack ready: \(pack.tenantName)",
            body: "The review pack of \(pack.tenantName) is ready to download.",
            action: ClientCommandLine.show(pack: pack.id))
    }

    /// The reason in fixed words: never a path, SQL or a value.
    static func failed(_ pack: PackRecord, _ reason: FailureReason) -> Alert {
        Alert(
            event: .packFailed, workspaceID: pack.workspaceID, tenantID: pack.tenantID, packID: pack.id,
            title: "Review pack failed: \(pack.tenantName)",
            body: "The review pack of \(pack.tenantName) could not be made. \(reason.explanation) \(reason.advice)",
            action: ClientCommandLine.show(pack: pack.id))
    }
}

extension PackRecord {
    var listedBytes: Int {
        1024 + tenantName.utf8.count + (summary?.sources ?? []).reduce(0) { $0 + $1.listedBytes }
    }
}

extension TimedAlerts {
    /// What is to be noticed of the packs.
    package static func expiring(_ packs: [PackRecord], now: UnixMillis, noticeDays: Int) -> [TimedAlert] {
        packs.compactMap { pack in
            let tenant = AlertedTenant(
                id: pack.tenantID, externalID: pack.tenantExternalID, name: pack.tenantName,
                workspaceID: pack.workspaceID)
            return expiring(
                pack.id, of: tenant, status: pack.storedStatus, expiresAt: pack.expiresAt, now: now,
                noticeDays: noticeDays)
        }
    }
}
