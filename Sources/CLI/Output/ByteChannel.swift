import Glibc

/// Where a program's output goes, whole or not at all.
package protocol ByteChannel: Sendable {
    func write(_ bytes: UnsafeRawBufferPointer) throws(CommandError)
}

extension ByteChannel {
    package func write(_ text: String) throws(CommandError) {
        var text = text
        let result: Result<Void, CommandError> = text.withUTF8 { bytes in
            Result { () throws(CommandError) in try write(UnsafeRawBufferPointer(bytes)) }
        }
        try result.get()
    }

    func write(_ bytes: [UInt8]) throws(CommandError) {
        let result: Result<Void, CommandError> = bytes.withUnsafeBytes { bytes in
            Result { () throws(CommandError) in try write(bytes) }
        }
        try result.get()
    }
}

/// An open descriptor that stays its owner's: standard output and standard error.
package struct DescriptorChannel: ByteChannel {
    let descriptor: CInt

    package static let standardOutput = DescriptorChannel(descriptor: STDOUT_FILENO)
    package static let standardError = DescriptorChannel(descriptor: STDERR_FILENO)

    package func write(_ bytes: UnsafeRawBufferPointer) throws(CommandError) {
        var done = 0
        while done < bytes.count {
            let written = Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            if written >= 0 {
                done += written
            } else if errno == EPIPE {
                throw .readerGone
            } else if errno != EINTR {
                throw .output(errno: errno)
            }
        }
    }
}
