/// A text as a set of its lines.
enum LineSet {
    /// Whether `needle` stands in `text` as whole lines.
    static func holds(_ text: UnsafeRawBufferPointer, _ needle: UnsafeRawBufferPointer) -> Bool {
        var start = 0
        while text.count - start >= needle.count {
            let end = start + needle.count
            let ends = end == text.count || text[end] == UInt8(ascii: "\n")
            if ends, UnsafeRawBufferPointer(rebasing: text[start..<end]).elementsEqual(needle) { return true }
            guard let line = text[start...].firstIndex(of: UInt8(ascii: "\n")) else { return false }
            start = line + 1
        }
        return false
    }
}
