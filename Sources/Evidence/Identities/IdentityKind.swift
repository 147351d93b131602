/// What kind of personal value a text is.
public enum IdentityKind: UInt8, CaseIterable, Sendable {
    case displayName = 1
    /// A user principal name; has the form of an address.
    case principalName = 2
    case address = 3
    /// What stands before the `@` of an address or principal name.
    case localPart = 4
}
