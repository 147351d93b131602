/// Why a member name is refused.
package enum MemberNameFault: String, Equatable, Sendable, CaseIterable {
    case empty = "empty"
    case tooLong = "longer than 255 bytes of UTF-8"
    case notUTF8 = "not valid UTF-8"
    case controlCharacter = "holds a control character"
    case backslash = "holds a backslash, which some programs take for a separator"
    case colon = "holds a colon, which names a drive or a stream on some systems"
    case absolute = "begins with a slash"
    case emptyComponent = "has an empty component or ends in a slash"
    case dotComponent = "has a component '.' or '..'"
}

/// The rule for names inside an archive: a relative path that no program resolves to a place outside the folder it
/// unpacks into, and that means the same on every system (APPNOTE 6.3.10, section 4.4.17, and stricter).
enum MemberName {
    /// The greatest length in bytes of UTF-8; the format itself would allow 65535.
    static let maximumBytes = 255

    /// What is wrong with a name as it stands in a header, or nil when it may be used.
    static func fault(in bytes: some Collection<UInt8>) -> MemberNameFault? {
        if bytes.isEmpty { return .empty }
        if bytes.count > maximumBytes { return .tooLong }
        guard let text = String(validating: bytes, as: UTF8.self) else { return .notUTF8 }
        for scalar in text.unicodeScalars {
            if scalar.properties.generalCategory == .control { return .controlCharacter }
            if scalar == "\\" { return .backslash }
            if scalar == ":" { return .colon }
        }
        if bytes.first == UInt8(ascii: "/") { return .absolute }
        for component in bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            if component.isEmpty { return .emptyComponent }
            if component.allSatisfy({ $0 == UInt8(ascii: ".") }) && component.count <= 2 { return .dotComponent }
        }
        return nil
    }

    /// The key under which two names count as the same: file systems that ignore letter case or normalise Unicode
    /// would unpack both into one file (`String` compares by canonical equivalence).
    static func collisionKey(_ name: String) -> String { name.lowercased() }
}
