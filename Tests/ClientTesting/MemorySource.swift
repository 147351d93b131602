package import ReviewPackClient
import Synchronization

/// Bytes that are in memory.
package final class MemorySource: ByteSource {
    private let bytes: [UInt8]
    private let position = Mutex(0)

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package func read(upTo count: Int) async throws(ClientError) -> [UInt8] {
        position.withLock { position in
            let end = min(position + count, bytes.count)
            defer { position = end }
            return Array(bytes[position..<end])
        }
    }
}
