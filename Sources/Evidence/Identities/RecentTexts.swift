/// Remembers texts that were seen lately, so that the millionth equal name costs a hash and no search in the database.
///
/// A fixed table of 64-bit hashes, each place holding the last text that fell on it. The hash is seeded, so nobody can
/// choose two names that are taken for one; by chance two are with a probability of 2^-63.
public struct RecentTexts: ~Copyable {
    private static let places = 1 << 15

    private var hashes = [UInt64](repeating: 0, count: RecentTexts.places)

    public init() {}

    /// False when `text` is known; remembers it.
    public mutating func isNew(_ text: UnsafeRawBufferPointer) -> Bool {
        var hasher = Hasher()
        hasher.combine(bytes: text)
        return remember(hasher)
    }

    /// False when a record with the names and ids of this one is known: most resources come with many checks.
    public mutating func isNew(resourcesOf record: borrowing FindingRecord) -> Bool {
        var hasher = Hasher()
        for field in [FindingField.resourceName, .resourceID, .unshownNames] {
            hasher.combine(record.text(field).count)
            hasher.combine(bytes: record.text(field))
        }
        return remember(hasher)
    }

    private mutating func remember(_ hasher: Hasher) -> Bool {
        // 0 marks a free place.
        let hash = UInt64(bitPattern: Int64(hasher.finalize())) | 1
        let place = Int(truncatingIfNeeded: hash >> 1) & (RecentTexts.places - 1)
        if hashes[place] == hash { return false }
        hashes[place] = hash
        return true
    }
}
