/// A set of (source, check id) pairs: open addressing over entries whose names lie in one arena.
struct CheckTable: ~Copyable {
    /// Whether the check was evaluated as a whole, so that findings of it that are absent are resolved.
    enum Mark: UInt8 { case counted, resolving }
    enum Insertion { case added, known, full }

    private struct Entry {
        var start: Int
        var length: Int
        var hash: Int
        var source: Int
        var mark: Mark
    }

    private var names = ByteBuffer(capacity: 8192)
    private var entries: [Entry] = []
    /// Indexes into `entries`, -1 when free; a power of two, at most half full.
    private var buckets = [Int32](repeating: -1, count: 1024)
    private var last = -1

    init() {}

    var count: Int { entries.count }

    func name(_ index: Int) -> UnsafeRawBufferPointer {
        let entry = entries[index]
        return UnsafeRawBufferPointer(rebasing: names.bytes[entry.start..<entry.start + entry.length])
    }

    func source(_ index: Int) -> Int { entries[index].source }
    func mark(_ index: Int) -> Mark { entries[index].mark }

    mutating func insert(_ name: UnsafeRawBufferPointer, source: Int, _ mark: Mark, limit: Int) -> Insertion {
        // Scanners write the findings of one check one after the other.
        if last >= 0, entries[last].source == source, self.name(last).elementsEqual(name) {
            if mark == .resolving { entries[last].mark = .resolving }
            return .known
        }
        // Seeded, so that no input can choose names that collide.
        var hasher = Hasher()
        hasher.combine(source)
        hasher.combine(bytes: name)
        let hash = hasher.finalize()
        var bucket = hash & (buckets.count - 1)
        while buckets[bucket] >= 0 {
            let index = Int(buckets[bucket])
            if entries[index].hash == hash, entries[index].source == source, self.name(index).elementsEqual(name) {
                if mark == .resolving { entries[index].mark = .resolving }
                last = index
                return .known
            }
            bucket = (bucket + 1) & (buckets.count - 1)
        }
        guard entries.count < limit else { return .full }
        last = entries.count
        buckets[bucket] = Int32(last)
        entries.append(Entry(start: names.append(name), length: name.count, hash: hash, source: source, mark: mark))
        if entries.count * 2 > buckets.count { grow() }
        return .added
    }

    private mutating func grow() {
        buckets = [Int32](repeating: -1, count: buckets.count * 2)
        for index in entries.indices {
            var bucket = entries[index].hash & (buckets.count - 1)
            while buckets[bucket] >= 0 { bucket = (bucket + 1) & (buckets.count - 1) }
            buckets[bucket] = Int32(index)
        }
    }
}
