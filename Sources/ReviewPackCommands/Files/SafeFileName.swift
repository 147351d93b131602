import ReviewPackModel

/// The rule for a file name that the service proposes: it decides the name, never the place.
enum SafeFileName {
    /// The last path component, or nil when nothing usable is left: empty, hidden, longer than a directory entry, or with
    /// characters that hide or move text.
    static func last(of proposed: String) -> String? {
        let name = proposed.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }.last.map(String.init)
        guard let name, !name.isEmpty, name.first != ".", name.utf8.count <= 255,
            !name.unicodeScalars.contains(where: { $0.isControlOrFormat })
        else { return nil }
        return name
    }
}
