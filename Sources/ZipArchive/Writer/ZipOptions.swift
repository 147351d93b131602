/// How members are compressed; the same options give the same bytes, whatever `threads` says.
public struct ZipOptions: Equatable, Sendable {
    /// zlib's level, 1 (fast) to 9 (small). It changes the bytes of the archive.
    public let level: Int32
    /// Threads that compress, 1 to 16, beside the thread that calls. It never changes the bytes of the archive.
    public let threads: Int

    /// Level 6 on two threads.
    public static let standard = ZipOptions(unchecked: 6, threads: 2)

    /// Takes a level of 1...9 and 1...16 threads; anything else throws ``ZipError/invalidOption(_:)``.
    public init(level: Int = 6, threads: Int = 2) throws(ZipError) {
        guard (1...9).contains(level) else {
            throw .invalidOption("compression level \(level) is outside 1...9")
        }
        guard (1...16).contains(threads) else {
            throw .invalidOption("\(threads) compression threads are outside 1...16")
        }
        self.init(unchecked: Int32(level), threads: threads)
    }

    /// Any values, so that tests can make zlib itself refuse inside a worker thread.
    init(unchecked level: Int32, threads: Int) {
        self.level = level
        self.threads = threads
    }
}
