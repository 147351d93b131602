/// The persistence steps at which a test can make the store fail or "crash".
///
/// The hook is called at the named instant; throwing there abandons everything that a crash at that instant would abandon.
/// Production configurations carry no hook.
public enum FaultPoint: String, CaseIterable, Sendable {
    case markBeforeCommit
    case snapshotBeforeRead
    case publishBeforeSync
    case publishBeforeRename
    case publishBeforeDirectorySync
    case publishAfterDirectorySync
    case completeBeforeCommit
    case completeAfterCommit
    case failBeforeCommit
    case expireBeforeCommit
    case expireAfterCommit
    case expireAfterUnlink
    case expireBeforePathCleared
    case pruneBeforeBatch
    case pruneAfterRowsDeleted
    case importBeforeApply
    case importDuringApply
    case importBeforeCommit
    case importAfterCommit
    case backupBeforeSnapshot
    case backupAfterSnapshot
    case checkBeforeFirstLook
    case checkBeforeSecondLook
}

public typealias FaultHook = @Sendable (FaultPoint) throws -> Void
