import Foundation

/// The writing end of a program's standard input.
///
/// Not Subprocess's own: that one traps when the program ends before it has read everything, which is just what a
/// program does that refuses its input.
enum Feed {
    /// Returns the reading end of a new pipe, which is the caller's to close; a thread writes the bytes until they end
    /// or nobody reads any more.
    ///
    /// No other program gets hold of the ends: Subprocess closes in its children whatever is not meant for them.
    static func start(_ bytes: [UInt8]) throws -> Int32 {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        let writing = ends[1]
        // A thread of its own, because the write blocks; the signal is held back there and reaches no child.
        Thread.detachNewThread {
            var pipeSignal = sigset_t()
            sigemptyset(&pipeSignal)
            sigaddset(&pipeSignal, SIGPIPE)
            pthread_sigmask(SIG_BLOCK, &pipeSignal, nil)
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { write(writing, $0.baseAddress, $0.count) }
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { break }
                rest = rest.dropFirst(written)
            }
            close(writing)
        }
        return ends[0]
    }
}
