/// Compresses one member ahead of its turn, into a spool.
///
/// A member of up to 256 KiB is compressed by the calling thread; a longer one starts `options.threads` threads of its
/// own, which end with ``finish()``, with an error, or with the compressor itself: dropping it cancels. Memory: 0.6
/// MiB, and while threads run another 1.4 MiB for each of them, plus at most 1 MiB of spool.
package struct MemberCompressor: ~Copyable {
    private let name: String
    private var encoder: MemberEncoder
    private var spool: Spool

    /// `spoolDirectory` is an existing folder: compressed members over 1 MiB wait there in a file without a name.
    package init(name: String, options: ZipOptions, spoolDirectory: String) throws(ZipError) {
        if let fault = MemberName.fault(in: name.utf8) { throw .invalidName(name, fault) }
        self.name = name
        encoder = MemberEncoder(options: options)
        spool = Spool(directory: spoolDirectory)
    }

    /// Takes the next bytes of content; returns at once or, when the threads are behind, after a block was compressed.
    ///
    /// After an error no thread is left, and every further call throws the same error.
    package mutating func write(_ bytes: UnsafeRawBufferPointer) throws(ZipError) {
        try encoder.write(bytes, to: &spool)
    }

    /// Compresses what remains.
    package consuming func finish() throws(ZipError) -> CompressedMember {
        let summary = try encoder.finish(name, to: &spool)
        return CompressedMember(summary: summary, spool: spool)
    }
}

/// A member that is compressed and waits to be appended; it owns its spool and gives it back when dropped.
package struct CompressedMember: ~Copyable {
    /// Its name, sizes and sums.
    package let summary: MemberSummary
    let spool: Spool
}
