import Domain

/// What start-up recovery found and put right.
public struct RecoveryReport: Sendable, Equatable {
    /// Packs that were queued or generating and are now failed with `interrupted`.
    public var interrupted: [PackID] = []
    /// Expired packs whose bytes were still there.
    public var finishedDeletions: [PackID] = []
    /// Files in the exports directory that no pack names.
    public var orphanFiles: Int = 0

    public init() {}
}
