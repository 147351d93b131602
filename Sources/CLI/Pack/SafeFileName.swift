import Domain

/// The rule for a file name that the service proposes: it decides the name, never the place.
enum SafeFileName {
    /// The last path component, or nil when nothing usable is left: empty, hidden, longer than a directory entry, or
    /// with characters that hide or move text.
    static func last(of proposed: String) -> String? {
        // By scalars: a slash with an accent after it is one Character, and no slash to Swift, but one to the kernel.
        let last = proposed.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }.last
        guard let last, !last.isEmpty, last.first != ".", !last.contains(where: { $0.isControlOrFormat }) else {
            return nil
        }
        let name = String(last)
        return name.utf8.count <= 255 ? name : nil
    }
}
