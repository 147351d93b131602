internal import CZlib

/// The content of one member, chunk by chunk, checked against its headers.
///
/// Invariants
/// 1. A chunk has 1 to 262144 bytes; memory does not depend on the member.
/// 2. Never more bytes come out than the headers declare.
/// 3. ``next()`` says nil only when size, checksum and the stream's end are right: content whose end was not reached is
///    not to be trusted.
struct MemberContent: ~Copyable {
    private static let chunkSize = 256 * 1024

    private let source: ByteSource
    private let entry: ZipEntry
    private let inflater: Inflater?
    /// Compressed bytes that were read and are not used up: `input[inputStart..<inputEnd]`.
    private let input: UnsafeMutableRawBufferPointer
    private var inputStart = 0
    private var inputEnd = 0
    private let output: UnsafeMutableRawBufferPointer
    private var compressedRead: UInt64 = 0
    private var produced: UInt64 = 0
    private var checksum: UInt = 0
    private var ended = false

    init(_ entry: ZipEntry, in source: ByteSource) throws(ZipReadError) {
        let inflater = entry.method == .deflated ? Inflater() : nil
        guard entry.method == .stored || inflater != nil else {
            throw ZipReadError(
                reason: .readFailed, position: entry.contentOffset, member: entry.name, detail: "no memory to inflate")
        }
        self.entry = entry
        self.source = source
        self.inflater = inflater
        ended = entry.method == .stored
        input = .allocate(byteCount: Self.chunkSize, alignment: 64)
        output = .allocate(byteCount: entry.method == .deflated ? Self.chunkSize : 0, alignment: 64)
    }

    deinit {
        input.deallocate()
        output.deallocate()
    }

    /// The next chunk, valid until the next call, or nil when all the content was seen and is right.
    mutating func next() throws(ZipReadError) -> UnsafeRawBufferPointer? {
        let chunk = entry.method == .stored ? try nextStored() : try nextInflated()
        guard !chunk.isEmpty else {
            try checkEnd()
            return nil
        }
        produced += UInt64(chunk.count)
        guard produced <= entry.size else { throw fault(.wrongSize, "more than \(entry.size) bytes of content") }
        checksum = crc32_z(checksum, chunk.bindMemory(to: UInt8.self).baseAddress, chunk.count)
        return chunk
    }

    private mutating func nextStored() throws(ZipReadError) -> UnsafeRawBufferPointer {
        try refill()
        inputStart = inputEnd
        return UnsafeRawBufferPointer(rebasing: input[..<inputEnd])
    }

    /// Empty means that no more content comes, whatever the reason.
    private mutating func nextInflated() throws(ZipReadError) -> UnsafeRawBufferPointer {
        while !ended {
            if inputStart == inputEnd { try refill() }
            let piece = UnsafeRawBufferPointer(rebasing: input[inputStart..<inputEnd])
            guard let step = inflater?.inflate(piece, into: output) else { break }
            inputStart += step.consumed
            switch step.outcome {
            case .damaged: throw fault(.damagedContent, "this is no deflate stream")
            case .streamEnded: ended = true
            case .more:
                // Nothing came out and nothing went in: the compressed bytes are used up.
                if step.produced == 0 && step.consumed == 0 { return UnsafeRawBufferPointer(start: nil, count: 0) }
            }
            if step.produced > 0 { return UnsafeRawBufferPointer(rebasing: output[..<step.produced]) }
        }
        return UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// Reads the next compressed bytes; none when all were read.
    private mutating func refill() throws(ZipReadError) {
        let count = Int(min(UInt64(input.count), entry.compressedSize - compressedRead))
        inputStart = 0
        inputEnd = count
        try source.read(
            into: UnsafeMutableRawBufferPointer(rebasing: input[..<count]), at: entry.contentOffset + compressedRead)
        compressedRead += UInt64(count)
    }

    private func checkEnd() throws(ZipReadError) {
        guard ended else { throw fault(.damagedContent, "the deflate stream has no end") }
        guard compressedRead == entry.compressedSize, inputStart == inputEnd else {
            throw fault(.damagedContent, "bytes after the deflate stream's end")
        }
        guard produced == entry.size else {
            throw fault(.wrongSize, "\(produced) bytes of content, not \(entry.size)")
        }
        guard checksum == UInt(entry.crc32) else { throw fault(.wrongChecksum, "the content has another CRC-32") }
    }

    private func fault(_ reason: ZipReadError.Reason, _ detail: String) -> ZipReadError {
        let used = compressedRead - UInt64(inputEnd - inputStart)
        return ZipReadError(
            reason: reason, position: entry.contentOffset + used, member: entry.name, detail: detail)
    }
}
