import GRDB
import Logging
import ReviewPackIngest
import ReviewPackModel

/// Turns what the database, the file system and the parsers throw into what a caller may see.
enum StoreFailure {
    static func productError(for error: any Error) -> ProductError {
        switch error {
        case let error as ProductError: error
        case let error as IngestError: error.productError
        case let error as SystemError: error.isOutOfSpace ? storageFull : .internal
        case let error as DatabaseError:
            switch error.resultCode {
            case .SQLITE_FULL: storageFull
            case .SQLITE_MISUSE where error.message == "Connection is closed": draining
            default: .internal
            }
        case is CancellationError: ProductError(.cancelled, "the call was cancelled")
        default: .internal
        }
    }

    /// The same, with the details of our own faults in the journal.
    static func report(_ error: any Error, _ logger: Logger) -> ProductError {
        let seen = productError(for: error)
        if seen.reason == .internalError || seen.reason == .storageFull, !(error is ProductError) {
            logger.error("storage failed", metadata: ["error": "\(error)"])
        }
        return seen
    }

    static let storageFull = ProductError(
        .storageFull, "there is no space left to store this")

    static let draining = ProductError(.draining, "the service is stopping")
}
