import Storage

/// What the three kinds of streamed import have in common.
protocol ImportSession: Sendable {
    associatedtype Outcome: Sendable

    /// Takes the next bytes of the file; throws at the first that cannot be used.
    func push(_ bytes: [UInt8]) async throws
    /// Applies everything in one transaction.
    func finish() async throws -> Outcome
    /// Leaves nothing behind.
    func abort()
}

extension FindingsImport: ImportSession {}
extension ReportImport: ImportSession {}
extension OperationsImport: ImportSession {}
