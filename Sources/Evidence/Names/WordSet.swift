/// A fixed set of short texts that is asked by bytes, often and without allocating: the letters A to Z compare in any
/// case.
///
/// Open addressing over one array of bytes. The words are known when the program is built, so nobody can choose words
/// that collide; the table is at most half full, so every search ends.
struct WordSet: Sendable {
    private struct Slot {
        var start = 0
        /// 0 when the slot is free.
        var count = 0
    }

    private var bytes: [UInt8] = []
    private var slots: [Slot]
    private var longest = 0

    init(_ words: [String]) {
        var size = 16
        while size < words.count * 2 { size *= 2 }
        slots = [Slot](repeating: Slot(), count: size)
        for word in words {
            let word = word.utf8.map(Self.folded)
            word.withUnsafeBytes { text in
                let place = place(of: text)
                guard slots[place].count == 0, !text.isEmpty else { return }
                slots[place] = Slot(start: bytes.count, count: text.count)
                bytes += word
                longest = max(longest, text.count)
            }
        }
    }

    func contains(_ text: UnsafeRawBufferPointer) -> Bool {
        guard !text.isEmpty, text.count <= longest else { return false }
        return slots[place(of: text)].count != 0
    }

    /// The slot that holds `text`, or the free one where it belongs.
    private func place(of text: UnsafeRawBufferPointer) -> Int {
        // FNV-1a, 64 bits.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text { hash = (hash ^ UInt64(Self.folded(byte))) &* 0x100_0000_01B3 }
        var place = Int(truncatingIfNeeded: (hash ^ hash >> 32) & UInt64(slots.count - 1))
        while slots[place].count != 0, !holds(slots[place], text) { place = (place + 1) & (slots.count - 1) }
        return place
    }

    private func holds(_ slot: Slot, _ text: UnsafeRawBufferPointer) -> Bool {
        guard slot.count == text.count else { return false }
        for index in 0..<text.count where bytes[slot.start + index] != Self.folded(text[index]) { return false }
        return true
    }

    private static func folded(_ byte: UInt8) -> UInt8 { byte >= 65 && byte <= 90 ? byte | 0x20 : byte }
}
