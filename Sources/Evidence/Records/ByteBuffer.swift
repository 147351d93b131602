/// A growable run of bytes with one owner; keeps its memory when emptied.
struct ByteBuffer: ~Copyable {
    private(set) var count = 0
    private var capacity: Int
    private var base: UnsafeMutableRawPointer

    init(capacity: Int) {
        self.capacity = max(64, capacity)
        base = .allocate(byteCount: self.capacity, alignment: 16)
    }

    deinit { base.deallocate() }

    /// Valid until the next change.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    mutating func removeAll() { count = 0 }

    /// Makes room for `more` bytes, so that appending them moves nothing.
    mutating func reserve(_ more: Int) {
        guard capacity - count < more else { return }
        let grown = max(capacity * 2, count + more)
        let moved = UnsafeMutableRawPointer.allocate(byteCount: grown, alignment: 16)
        moved.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = moved
        capacity = grown
    }

    /// Makes room like `reserve`, and follows `source` when it is a piece of this buffer that moves.
    mutating func reserve(_ more: Int, following source: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let old = UnsafeRawPointer(base)
        guard capacity - count < more else { return source }
        var distance: Int?
        if let from = source.baseAddress, from >= old, from < old + count { distance = from - old }
        reserve(more)
        guard let distance else { return source }
        return UnsafeRawBufferPointer(start: base + distance, count: source.count)
    }

    /// Appends a copy of `source`, which may lie in this buffer, and returns where it begins.
    @discardableResult
    mutating func append(_ source: UnsafeRawBufferPointer) -> Int {
        let start = count
        guard source.count > 0 else { return start }
        guard let from = reserve(source.count, following: source).baseAddress else { return start }
        (base + count).copyMemory(from: from, byteCount: source.count)
        count += source.count
        return start
    }

    mutating func append(byte: UInt8) {
        reserve(1)
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// Appends a fixed-width integer, most significant byte first.
    mutating func append(bigEndian value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { _ = append($0) }
    }

    /// Appends a 32-bit length and then the bytes.
    mutating func append(lengthPrefixed source: UnsafeRawBufferPointer) {
        append(bigEndian: UInt32(truncatingIfNeeded: source.count))
        append(source)
    }
}
