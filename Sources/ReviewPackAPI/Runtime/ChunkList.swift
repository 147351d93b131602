/// Memory taken from the front of ever larger chunks and given back all at once.
///
/// Blocks are aligned to 16 bytes when every size taken is a multiple of 16. The owner calls `freeAll` exactly once;
/// the type is copyable only so that it can lie in memory that C points at.
struct ChunkList {
    private var cursor: UnsafeMutableRawPointer?
    private var left = 0
    /// The newest chunk; its first word points at the one before.
    private var newest: UnsafeMutableRawPointer?
    private var nextChunk: Int

    private static let linkSize = 16

    /// An empty list whose first chunk will have room for `firstChunk` bytes; nothing is allocated yet.
    init(firstChunk: Int) { nextChunk = max(firstChunk, 64) }

    /// `size` bytes of uninitialised memory.
    mutating func take(_ size: Int) -> UnsafeMutableRawPointer {
        guard let block = cursor, size <= left else { return takeFromNewChunk(size) }
        cursor = block + size
        left -= size
        return block
    }

    private mutating func takeFromNewChunk(_ size: Int) -> UnsafeMutableRawPointer {
        let room = max(nextChunk, size)
        let chunk = UnsafeMutableRawPointer.allocate(byteCount: ChunkList.linkSize + room, alignment: 16)
        chunk.storeBytes(of: newest, as: UnsafeMutableRawPointer?.self)
        newest = chunk
        let block = chunk + ChunkList.linkSize
        cursor = block + size
        left = room - size
        nextChunk = room * 2
        return block
    }

    /// Gives all chunks back; every block is then invalid.
    mutating func freeAll() {
        while let chunk = newest {
            newest = chunk.load(as: UnsafeMutableRawPointer?.self)
            chunk.deallocate()
        }
        cursor = nil
        left = 0
    }
}
