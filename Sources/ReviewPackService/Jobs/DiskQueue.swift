import Dispatch

/// Threads for reading pack files: neither the event loop nor the cooperative pool ever waits for a disk.
///
/// A uid always lands on the same of a few serial queues, so however many downloads one caller runs, it occupies one thread;
/// each piece of work is at most one block of 1 MiB, so nobody behind it waits long.
final class DiskQueue: Sendable {
    private let queues: [DispatchQueue]

    init(threads: Int = 4) {
        queues = (0..<max(1, threads)).map { DispatchQueue(label: "reviewpack.disk.\($0)") }
    }

    func run<Value: Sendable>(for uid: UInt32, _ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        let queue = queues[Int(uid) % queues.count]
        return try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }
}
