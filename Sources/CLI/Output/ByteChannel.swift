import Glibc
import ReviewPackClient
import Synchronization

/// Where a program's output goes, whole or not at all.
public protocol ByteChannel: Sendable {
    func write(_ bytes: UnsafeRawBufferPointer) throws(ChannelError)
}

/// Why output could not be written.
public enum ChannelError: Error, Equatable, Sendable {
    /// The reader of the pipe has gone: the program ends without a word, as others do.
    case readerGone
    case failed(errno: Int32)
}

extension ByteChannel {
    public func write(_ text: String) throws(ChannelError) {
        var text = text
        let result: Result<Void, ChannelError> = text.withUTF8 { bytes in
            Result { () throws(ChannelError) in try write(UnsafeRawBufferPointer(bytes)) }
        }
        try result.get()
    }

    func write(_ bytes: [UInt8]) throws(ChannelError) {
        let result: Result<Void, ChannelError> = bytes.withUnsafeBytes { bytes in
            Result { () throws(ChannelError) in try write(bytes) }
        }
        try result.get()
    }
}

/// An open descriptor that stays its owner's: standard output and standard error.
public struct DescriptorChannel: ByteChannel {
    let descriptor: CInt

    public static let standardOutput = DescriptorChannel(descriptor: STDOUT_FILENO)
    public static let standardError = DescriptorChannel(descriptor: STDERR_FILENO)

    public func write(_ bytes: UnsafeRawBufferPointer) throws(ChannelError) {
        var done = 0
        while done < bytes.count {
            let written = Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            if written >= 0 {
                done += written
            } else if errno == EPIPE {
                throw .readerGone
            } else if errno != EINTR {
                throw .failed(errno: errno)
            }
        }
    }
}

/// Output that is kept in memory: what tests look at.
public final class MemoryChannel: ByteChannel {
    private let kept = Mutex<[UInt8]>([])

    public init() {}

    public func write(_ bytes: UnsafeRawBufferPointer) throws(ChannelError) { kept.withLock { $0 += bytes } }

    public var bytes: [UInt8] { kept.withLock { $0 } }
    public var text: String { String(decoding: bytes, as: UTF8.self) }
}
