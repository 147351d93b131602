import Domain
import Evidence
import GRDB
import Logging
import SystemIO

/// Turns what the database, the file system and the parsers throw into what a caller may see.
enum StoreFailure {
    static func productError(for error: any Error) -> ProductError {
        switch error {
        case let error as ProductError: error
        case let error as IngestError: error.productError
        case let error as SystemError: error.isOutOfSpace ? storageFull : failed(error)
        case let error as DatabaseError: productError(for: error)
        case let error as DamagedRow: error.productError
        case is RowDecodingError: databaseDamaged
        case is CancellationError: ProductError(.cancelled, "the call was cancelled")
        default: .internal
        }
    }

    /// The number stands in the metadata, for the journal of those who have no more than this value.
    private static func failed(_ error: SystemError) -> ProductError {
        var seen = ioError
        seen.metadata = ["system_call": "\(error.call)", "errno": "\(error.code)"]
        return seen
    }

    /// What SQLite's result code means for the caller; the one place that decides it.
    private static func productError(for error: DatabaseError) -> ProductError {
        switch error.resultCode {
        case .SQLITE_FULL: storageFull
        case .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM: ioError
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: databaseDamaged
        // The statements are ours and every one of them has run in a test: a table or column that is missing was there
        // once, and a sum or a text that cannot be used is of values that nobody of us wrote.
        case .SQLITE_ERROR where showsDamage(error): databaseDamaged
        case .SQLITE_INTERRUPT: ProductError(.cancelled, "the call was cancelled")
        // GRDB's word for a connection that was closed; it shares its code with every other misuse.
        case .SQLITE_MISUSE where error.message == "Connection is closed": draining
        default: .internal
        }
    }

    /// By its text, because SQLITE_ERROR is one code for all of them and has no extended one.
    private static func showsDamage(_ error: DatabaseError) -> Bool {
        let signs = ["no such ", "has no column named", "integer overflow", "malformed JSON"]
        return signs.contains { error.message?.contains($0) == true }
    }

    /// Whether the database, or what it holds, is the cause.
    static func isOfDatabase(_ error: any Error) -> Bool {
        error is DatabaseError || error is DamagedRow || error is RowDecodingError
    }

    /// The same error for whoever renders from evidence; other errors pass through unchanged.
    static func evidenceError(for error: any Error) -> any Error {
        guard isOfDatabase(error) else { return error }
        return EvidenceFailure(FailureReason(productError(for: error).reason), detail: "\(error)")
    }

    /// The reasons for which a database that cannot be read is refused.
    static let databaseFaults: Set<Reason> = [.databaseDamaged, .ioError, .internalError]

    /// The same, with the details of our own faults in the journal.
    static func report(_ error: any Error, _ logger: Logger) -> ProductError {
        let seen = productError(for: error)
        let isOurFault = [.internalError, .storageFull, .ioError, .databaseDamaged].contains(seen.reason)
        if isOurFault, !(error is ProductError) { logger.error("storage failed", metadata: ["error": "\(error)"]) }
        return seen
    }

    static let storageFull = ProductError(
        .storageFull, "there is no space left to store this")

    static let ioError = ProductError(
        .ioError, "the service could not read or write its storage; its journal has the details")

    static let databaseDamaged = ProductError(.databaseDamaged, "the stored data is damaged")

    static let draining = ProductError(.draining, "the service is stopping")
}
