import CLI
import Synchronization

/// Output that is kept in memory.
final class MemoryChannel: ByteChannel {
    private let kept = Mutex<[UInt8]>([])

    func write(_ bytes: UnsafeRawBufferPointer) throws(CommandError) { kept.withLock { $0 += bytes } }

    var bytes: [UInt8] { kept.withLock { $0 } }
    var text: String { String(decoding: bytes, as: UTF8.self) }
}
