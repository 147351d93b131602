/// The unread part of a text and the token that was read last, in one contiguous piece of memory with one owner.
struct InputBuffer: ~Copyable {
    private(set) var base: UnsafeMutableRawPointer
    private var capacity: Int
    /// Where the valid bytes end.
    private(set) var end = 0
    /// The offset in the text of the buffer's first byte.
    private(set) var startOffset = 0

    init() {
        capacity = 65_536
        base = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { base.deallocate() }

    /// Drops the bytes before `used` and appends a copy of `chunk`. Returns nothing to keep: all pointers move.
    mutating func refill(droppingFirst used: Int, with chunk: UnsafeRawBufferPointer) {
        let kept = end - used
        let needed = kept + chunk.count
        if needed > capacity {
            let grown = max(capacity * 2, needed)
            let moved = UnsafeMutableRawPointer.allocate(byteCount: grown, alignment: 16)
            moved.copyMemory(from: base + used, byteCount: kept)
            base.deallocate()
            base = moved
            capacity = grown
        } else if used > 0, kept > 0 {
            // The two areas may overlap; `copyMemory` allows that.
            base.copyMemory(from: base + used, byteCount: kept)
        }
        if let from = chunk.baseAddress { (base + kept).copyMemory(from: from, byteCount: chunk.count) }
        end = needed
        startOffset += used
    }
}
