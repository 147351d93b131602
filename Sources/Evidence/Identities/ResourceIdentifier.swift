import Domain

/// What a finding's resource id says of people.
///
/// Most ids are GUIDs, paths of Azure or constants of the scanner. Exchange's are the identity of a mailbox: a display
/// name, one with a suffix, an alias, or a path in the directory that ends with a name.
enum ResourceIdentifier {
    /// Hands out the names in one id.
    static func forEachName(in id: UnsafeRawBufferPointer, _ body: CompositeValue.Part) rethrows {
        let id = IdentityRule.trimmed(id)
        guard !id.isEmpty, !isTechnical(id) else { return }
        if let slash = id.lastIndex(of: UInt8(ascii: "/")), isPlainPath(id) {
            // Of deviceManagement/settings nothing; something with a space may be a name.
            let last = UnsafeRawBufferPointer(rebasing: id[(slash + 1)...])
            return try last.contains(0x20) ? handOut(last, body) : ()
        }
        try CompositeValue.forEachPart(of: id) { try handOut($0, body) }
    }

    /// A name, and without the suffix that Exchange adds when a name is taken: `Adele Vance_aa40332fcb`.
    private static func handOut(_ name: UnsafeRawBufferPointer, _ body: CompositeValue.Part) rethrows {
        try body(name)
        guard let underscore = name.lastIndex(of: UInt8(ascii: "_")), underscore >= 3,
            name.count - underscore > 6, name[(underscore + 1)...].allSatisfy(ASCII.isHexDigit)
        else { return }
        try body(UnsafeRawBufferPointer(rebasing: name[..<underscore]))
    }

    /// GUIDs, rooted paths, addresses of the web, ARNs, and what scanners call settings: they name no person.
    private static func isTechnical(_ id: UnsafeRawBufferPointer) -> Bool {
        if IdentityRule.isUUID(id) || PublicNames.contains(id) { return true }
        // `/o=` begins a name of Exchange's directory, not a path.
        if id[0] == UInt8(ascii: "/") { return !ASCII.beginsIgnoringCase(id, "/o=") }
        return ASCII.beginsIgnoringCase(id, "arn:") || holdsScheme(id) || isToken(id)
    }

    /// An id that a machine made: long, without anything that stands between words, of digits and letters of both
    /// cases, as the base64 of GUIDs by which Graph names assignments; or hexadecimal digits alone.
    private static func isToken(_ id: UnsafeRawBufferPointer) -> Bool {
        guard id.count >= 16, id.contains(where: ASCII.isDigit) else { return false }
        if id.allSatisfy(ASCII.isHexDigit) { return true }
        return id.count >= 32 && id.contains { $0 >= 65 && $0 <= 90 } && id.contains { $0 >= 97 && $0 <= 122 }
            && id.allSatisfy {
                ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                    || $0 == UInt8(ascii: "=")
            }
    }

    private static func holdsScheme(_ id: UnsafeRawBufferPointer) -> Bool {
        guard let colon = id.firstIndex(of: UInt8(ascii: ":")), colon + 2 < id.count else { return false }
        return id[colon + 1] == UInt8(ascii: "/") && id[colon + 2] == UInt8(ascii: "/")
    }

    /// A path that begins with no domain: `deviceManagement/settings`.
    private static func isPlainPath(_ id: UnsafeRawBufferPointer) -> Bool {
        id[0] != UInt8(ascii: "/") && !id.prefix { $0 != UInt8(ascii: "/") }.contains(UInt8(ascii: "."))
    }
}
