/// The persistence steps at which a test can make the store fail or "crash".
///
/// The hook is called at the named instant; throwing there abandons everything that a crash at that instant would
/// abandon. `reviewpackd` has no way to set a hook: in a process of its own a point is reached through
/// `Tests/FaultDaemon` alone. `Before` and `After` name a side of the step; every point has a row in `FaultPointTests`,
/// where a process dies at it. A change that is one transaction and nothing else, such as a rename or a grant, needs
/// none: `LastSyncTests` ends the process before and after the sync of every commit.
package enum FaultPoint: String, CaseIterable, Sendable {
    case requestBeforeCommit
    case requestAfterCommit
    case markBeforeCommit
    case markAfterCommit
    case snapshotBeforeRead
    case publishAfterCreate
    case publishBeforeSync
    case publishBeforeRename
    case publishBeforeDirectorySync
    case publishAfterDirectorySync
    case completeBeforeCommit
    case completeAfterCommit
    case failBeforeCommit
    case failAfterCommit
    case expireBeforeCommit
    case expireAfterCommit
    case removeBeforeDirectorySync
    case expireAfterUnlink
    case expireBeforePathCleared
    case expireAfterPathCleared
    case pruneBeforeBatch
    case pruneBeforeBatchCommit
    case pruneAfterBatchCommit
    case pruneAfterRowsDeleted
    case pruneAfterRowsCommit
    case pruneBeforeRecord
    case pruneAfterRecord
    case importBeforeApply
    case importDuringApply
    case importBeforeCommit
    case importAfterCommit
    /// An event of its own, such as that of a token, a download or a backup.
    case eventBeforeCommit
    case eventAfterCommit
    case deleteTenantBeforeCommit
    case deleteTenantAfterCommit
    case deleteTenantBeforeUnlink
    case deleteTenantAfterUnlink
    case backupAfterFolder
    case backupAfterSnapshot
    case backupAfterLinks
    case recoverBeforeCommit
    case recoverAfterCommit
    case recoverAfterBackup
    case recoverAfterDeletions
    case recoverAfterOrphans
    case checkBeforeFirstLook
    case checkBeforeSecondLook
}

package typealias FaultHook = @Sendable (FaultPoint) throws -> Void
