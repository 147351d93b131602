import Dispatch
import Domain
import Glibc

/// Bytes that an import reads, in order, once.
public protocol ByteSource: Sendable {
    /// The next bytes, at least one and at most `count`; none at the end.
    func read(upTo count: Int) async throws(ClientError) -> [UInt8]
}

/// The rest of an open file, pipe or terminal; the descriptor stays its owner's, which keeps it open while this reads.
///
/// Blocking reads run on a queue of their own, never on the threads that Swift's tasks share.
public final class DescriptorSource: ByteSource {
    private let descriptor: CInt
    /// How an error names it.
    private let name: String
    private let queue = DispatchQueue(label: "reviewpack.import.read")

    public init(descriptor: CInt, name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    public func read(upTo count: Int) async throws(ClientError) -> [UInt8] {
        let result: Result<[UInt8], ClientError> = await withCheckedContinuation { continuation in
            queue.async { [descriptor, name] in
                continuation.resume(returning: Self.fill(count, from: descriptor, name: name))
            }
        }
        return try result.get()
    }

    /// Reads until `count` bytes came or the input ends: a pipe hands out 64 KiB at most, and chunks should be full.
    private static func fill(_ count: Int, from descriptor: CInt, name: String) -> Result<[UInt8], ClientError> {
        var failure: ClientError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = Glibc.read(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled)
                if got > 0 {
                    filled += got
                } else if got == 0 {
                    return
                } else if errno != EINTR {
                    failure = .fault(
                        .io, "cannot read \(name): \(ClientError.words(errno: errno))",
                        advice: "check the file, then import it again; nothing was kept")
                    return
                }
            }
        }
        return failure.map { .failure($0) } ?? .success(bytes)
    }
}
