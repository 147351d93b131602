/// How members are compressed; the same options give the same bytes, whatever `threads` says.
package struct ZipOptions: Equatable, Sendable {
    /// zlib's level, 1 (fast) to 9 (small). It changes the bytes of the archive.
    package let level: Int32
    /// Threads that compress, 1 to 16, beside the thread that calls. It never changes the bytes of the archive.
    package let threads: Int

    /// Level 6 on two threads.
    package static let standard = ZipOptions(unchecked: 6, threads: 2)

    package static let levelRange = 1...9
    /// A thread takes about 1.4 MiB: two blocks with their buffers, and zlib.
    package static let threadRange = 1...16

    /// Takes a level and a number of threads of these ranges; anything else throws ``ZipError/invalidOption(_:)``.
    package init(level: Int = 6, threads: Int = 2) throws(ZipError) {
        guard Self.levelRange.contains(level) else {
            throw .invalidOption("compression level \(level) is outside \(Self.levelRange)")
        }
        guard Self.threadRange.contains(threads) else {
            throw .invalidOption("\(threads) compression threads are outside \(Self.threadRange)")
        }
        self.init(unchecked: Int32(level), threads: threads)
    }

    /// Any values, so that tests can make zlib itself refuse inside a worker thread.
    init(unchecked level: Int32, threads: Int) {
        self.level = level
        self.threads = threads
    }
}
