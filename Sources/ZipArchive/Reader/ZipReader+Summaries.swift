import Bytes
import Crypto

extension ZipReader {
    /// Gives a member's content to `body` in chunks of at most 256 KiB, in order, and checks size and checksum.
    ///
    /// A chunk is valid during its call alone. What `body` throws ends the reading and is thrown on; everything else
    /// thrown is a ``ZipReadError``. Until this returns, the content that `body` saw is not known to be right.
    @discardableResult
    package func read(
        _ entry: ZipEntry, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> MemberSummary {
        var content = try MemberContent(entry, in: source)
        var hasher = SHA256()
        while let chunk = try content.next() {
            hasher.update(bufferPointer: chunk)
            try body(chunk)
        }
        return MemberSummary(of: entry, hasher)
    }

    /// Reads every member to its end, checking sizes and checksums, and gives their sums.
    package func verify() throws(ZipReadError) -> [MemberSummary] {
        var summaries: [MemberSummary] = []
        for entry in entries {
            var content = try MemberContent(entry, in: source)
            var hasher = SHA256()
            while let chunk = try content.next() { hasher.update(bufferPointer: chunk) }
            summaries.append(MemberSummary(of: entry, hasher))
        }
        return summaries
    }
}

extension MemberSummary {
    /// What a member was whose content came to its end, and so is of the size and checksum that its headers say.
    fileprivate init(of entry: ZipEntry, _ hasher: SHA256) {
        self.init(
            name: entry.name, method: entry.method, size: entry.size, compressedSize: entry.compressedSize,
            crc32: entry.crc32, sha256: Digest256(hasher.finalize()))
    }
}
