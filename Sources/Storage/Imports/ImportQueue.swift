import Dispatch

/// The serial queue of one import: its state is touched on it alone, so a parser without locks is safe, and neither an
/// event loop nor the cooperative pool ever parses or waits for a disk.
final class ImportQueue: Sendable {
    private let queue = DispatchQueue(label: "reviewpack.import")

    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }

    func later(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }
}
