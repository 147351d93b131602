import ReviewPackModel

/// The display names in a row's own resource_name, which is replaced whole: the row's other texts must not repeat them.
///
/// They need not be in the dictionary (devices and applications are no people), but are often made from a person's name.
struct OwnNames {
    /// Comparisons that a text may need, as names times their lengths times the text's; beyond, it is replaced whole.
    private static let budget = 1 << 28

    private var names: [[UInt32]] = []
    private var scalars = 0

    /// Whether looking for the names in a text of this many bytes would take too long.
    func areTooMany(forTextOf count: Int) -> Bool { scalars > Self.budget / max(1, count) }

    mutating func set(_ cell: UnsafeRawBufferPointer, using folded: inout FoldedText) {
        names.removeAll(keepingCapacity: true)
        scalars = 0
        // Resources that share a fingerprint have their names joined by lines.
        for line in cell.split(separator: 0x0A) {
            let line = UnsafeRawBufferPointer(rebasing: line)
            guard IdentityRule.accepts(String(decoding: line, as: UTF8.self)) else { continue }
            folded.fold(line, decodingEscapes: false)
            let name = folded.scalars[folded.withoutOuterSpaces].map(\.value)
            names.append(name)
            scalars += name.count
        }
    }

    /// Hands each occurrence at word boundaries to `body`, as a range of folded scalars.
    func forEachMatch(in text: borrowing FoldedText, _ body: (Range<Int>) -> Void) {
        for name in names {
            guard let first = name.first, name.count <= text.scalars.count else { continue }
            for start in 0...text.scalars.count - name.count where text.scalars[start].value == first {
                let end = start + name.count
                guard text.isBoundary(start), text.isBoundary(end),
                    name.indices.allSatisfy({ text.scalars[start + $0].value == name[$0] })
                else { continue }
                body(start..<end)
            }
        }
    }
}
