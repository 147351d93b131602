/// The rule for names that people give to workspaces, tenants and alert rules.
public enum DisplayName {
    public static let maximumBytes = 200

    /// Says what is wrong with a name, or nil when it may be used.
    public static func complaint(about name: String) -> String? {
        if name.isEmpty { return "must not be empty" }
        if name.utf8.count > maximumBytes { return "must have at most \(maximumBytes) bytes" }
        let scalars = name.unicodeScalars
        if scalars.first == " " || scalars.last == " " { return "must not begin or end with a space" }
        if scalars.contains(where: \.isControlOrFormat) { return "must not hold control characters" }
        return nil
    }
}
