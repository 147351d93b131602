// The public signatures ahead of their bodies; this file goes away with the implementation.
import Logging
import ReviewPackModel

// Prune.
extension Store {
    public func planPrune(_ options: PruneOptions) async throws -> PrunePlan { fatalError() }
    public func prune(_ options: PruneOptions, stamp: ActionStamp) async throws -> PruneResult { fatalError() }
}
