import Domain

/// Takes apart values that hold more than a name: lists, `Name <address>`, `DOMAIN\\login`, distinguished names.
///
/// A login with its domain is handed out whole and without; a list only by its items. Nothing is allocated, and each
/// byte is looked at a fixed number of times.
enum CompositeValue {
    typealias Part = (UnsafeRawBufferPointer) throws -> Void

    /// Hands out the single names in `value`, each without white space around it.
    static func forEachPart(of value: UnsafeRawBufferPointer, _ body: Part) rethrows {
        guard value.contains(where: isMark) else { return try body(IdentityRule.trimmed(value)) }
        let value = IdentityRule.trimmed(value)
        if isClaim(value) { return try lastComponent(of: value, behind: UInt8(ascii: "|"), body) }
        if isDistinguishedName(value) { return try forEachCommonName(of: value, body) }
        if let last = endOfDirectoryPath(value) { return try last.isEmpty ? () : handOut(last, body) }
        try split(value, isHardSeparator) { item in
            guard isCommaList(item) else { return try handOut(item, body) }
            try split(item, isComma) { try handOut($0, body) }
        }
    }

    /// One item of a list.
    private static func handOut(_ item: UnsafeRawBufferPointer, _ body: Part) rethrows {
        let item = IdentityRule.trimmed(item)
        guard !item.isEmpty else { return }
        if let (name, address) = mailbox(item) {
            if let name { try body(unquoted(name)) }
            return try body(address)
        }
        try body(unquoted(item))
        // Of a login in a domain the domain is no name, and texts name the account without it.
        if let slash = item.lastIndex(of: UInt8(ascii: "\\")), slash > 0, slash + 1 < item.count,
            item[..<slash].allSatisfy(isDomainByte)
        {
            try body(UnsafeRawBufferPointer(rebasing: item[(slash + 1)...]))
        }
    }

    /// Bytes that make a value more than a name.
    private static func isMark(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ";"), UInt8(ascii: ","), UInt8(ascii: "/"), UInt8(ascii: "<"), UInt8(ascii: "("),
            UInt8(ascii: "|"),
            UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "="), 0x0A, 0x0D, 0x09:
            true
        default: false
        }
    }

    private static func isHardSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ";") || byte == UInt8(ascii: "|") || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    private static func isComma(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ",") }

    private static func isSlash(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "/") }

    private static func isDomainByte(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "_")
    }

    private static func split(
        _ text: UnsafeRawBufferPointer, _ isSeparator: (UInt8) -> Bool, _ body: Part
    ) rethrows {
        var start = 0
        var isQuoted = false
        // A separator between quotes belongs to a name, "Vance, Adele" <adele@contoso.com>, if the quotes come in
        // pairs.
        let quotes = text.reduce(0) { $1 == UInt8(ascii: "\"") ? $0 + 1 : $0 }
        for index in 0..<text.count {
            if text[index] == UInt8(ascii: "\""), quotes % 2 == 0 { isQuoted.toggle() }
            guard isSeparator(text[index]), !isQuoted || text[index] < 0x20 else { continue }
            try body(UnsafeRawBufferPointer(rebasing: text[start..<index]))
            start = index + 1
        }
        try body(UnsafeRawBufferPointer(rebasing: text[start...]))
    }

    /// The name and the address of `Name <address>` or `Name (address)`.
    private static func mailbox(
        _ item: UnsafeRawBufferPointer
    ) -> (name: UnsafeRawBufferPointer?, address: UnsafeRawBufferPointer)? {
        guard let last = item.last, last == UInt8(ascii: ">") || last == UInt8(ascii: ")"),
            let open = item.lastIndex(of: last == UInt8(ascii: ">") ? UInt8(ascii: "<") : UInt8(ascii: "("))
        else { return nil }
        let address = IdentityRule.trimmed(UnsafeRawBufferPointer(rebasing: item[(open + 1)..<(item.count - 1)]))
        guard IdentityGathering.looksLikeAddress(address) else { return nil }
        let name = IdentityRule.trimmed(UnsafeRawBufferPointer(rebasing: item[..<open]))
        return (name.isEmpty ? nil : name, address)
    }

    private static func unquoted(_ name: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard name.count > 2, let first = name.first, first == name.last,
            first == UInt8(ascii: "\"") || first == UInt8(ascii: "'")
        else { return name }
        return IdentityRule.trimmed(UnsafeRawBufferPointer(rebasing: name[1..<(name.count - 1)]))
    }

    // MARK: Commas

    /// Whether the commas of an item stand between people. `Vance, Adele` is one, and so is a policy's
    /// `Block, then report`.
    private static func isCommaList(_ item: UnsafeRawBufferPointer) -> Bool {
        var parts = 0
        var single = 0
        var singleLower = 0
        var isList = true
        split(item, isComma) { part in
            let part = IdentityRule.trimmed(part)
            guard !part.isEmpty else { return }
            parts += 1
            if part.contains(UInt8(ascii: "@")) || part.contains(UInt8(ascii: "\\")) { return }
            let words = nameWords(part)
            guard words.count == 1 else {
                isList = isList && words.isName && words.count <= 4
                return
            }
            single += 1
            if !words.isName { singleLower += 1 }
        }
        guard isList, parts > 1 else { return false }
        // Two single words with capitals are a surname and a given name; single words besides full names are neither.
        return single == 0 || (single == parts && (parts > 2 || singleLower == parts))
    }

    /// How many words a text has, and whether each could be of a name: with a capital, or of a script without, or a
    /// particle.
    private static func nameWords(_ text: UnsafeRawBufferPointer) -> (count: Int, isName: Bool) {
        var count = 0
        var isName = true
        var start = 0
        for index in 0...text.count where index == text.count || text[index] == 0x20 {
            defer { start = index + 1 }
            guard index > start else { continue }
            count += 1
            let isLower = text[start] >= UInt8(ascii: "a") && text[start] <= UInt8(ascii: "z")
            if isLower, index - start > 3 || index == text.count { isName = false }
        }
        return (count, isName)
    }

    // MARK: Directories

    /// `i:0#.f|membership|adele@contoso.com`: a login as SharePoint writes it.
    private static func isClaim(_ value: UnsafeRawBufferPointer) -> Bool {
        value.count > 4 && value[1] == UInt8(ascii: ":") && value[2] == UInt8(ascii: "0")
            && value.contains(UInt8(ascii: "|"))
    }

    private static func lastComponent(
        of value: UnsafeRawBufferPointer, behind separator: UInt8, _ body: Part
    ) rethrows {
        let start = (value.lastIndex(of: separator) ?? -1) + 1
        try handOut(UnsafeRawBufferPointer(rebasing: value[start...]), body)
    }

    /// `CN=Adele Vance,OU=Sales,DC=contoso,DC=com`, the subject of a certificate, also `/o=Contoso/ou=.../cn=avance`.
    private static func isDistinguishedName(_ value: UnsafeRawBufferPointer) -> Bool {
        if ASCII.beginsIgnoringCase(value, "cn=") || ASCII.beginsIgnoringCase(value, "/o=") { return true }
        var parts = 0
        var isName = value.contains(UInt8(ascii: "="))
        guard isName else { return false }
        forEachComponent(of: value, separator: UInt8(ascii: ",")) { component in
            parts += 1
            let attribute = component.prefix { $0 != UInt8(ascii: "=") }
            isName =
                isName && !attribute.isEmpty && attribute.count <= 12 && attribute.count < component.count
                && attribute.allSatisfy { ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == UInt8(ascii: ".") }
        }
        return isName && parts > 1
    }

    /// Common names, logins and addresses among the components of a distinguished name.
    private static func forEachCommonName(of value: UnsafeRawBufferPointer, _ body: Part) rethrows {
        let separator = UInt8(ascii: value[0] == UInt8(ascii: "/") ? "/" : ",")
        try forEachComponent(of: value, separator: separator) { component in
            for attribute in ["cn=", "uid=", "e=", "emailaddress="] as [StaticString]
            where ASCII.beginsIgnoringCase(component, attribute) {
                let name = UnsafeRawBufferPointer(rebasing: component[attribute.utf8CodeUnitCount...])
                // Containers that every directory has.
                if ASCII.equalsIgnoringCase(name, "recipients") || ASCII.equalsIgnoringCase(name, "users") { continue }
                try unescaped(name) { try handOut($0, body) }
            }
        }
    }

    /// Components by a separator that no backslash escapes (RFC 4514, section 2.4).
    private static func forEachComponent(
        of value: UnsafeRawBufferPointer, separator: UInt8, _ body: Part
    ) rethrows {
        var start = 0
        var isEscaped = false
        for index in 0...value.count {
            if index < value.count, isEscaped || value[index] != separator {
                isEscaped = !isEscaped && value[index] == UInt8(ascii: "\\")
                continue
            }
            try body(IdentityRule.trimmed(UnsafeRawBufferPointer(rebasing: value[start..<index])))
            start = index + 1
        }
    }

    /// A name without the backslashes that escape what follows: `Vance\\, Adele`.
    private static func unescaped(_ name: UnsafeRawBufferPointer, _ body: Part) rethrows {
        guard name.contains(UInt8(ascii: "\\")), name.count <= IdentityRule.maximumBytes else { return try body(name) }
        try withUnsafeTemporaryAllocation(byteCount: name.count, alignment: 1) { scratch in
            var count = 0
            var isEscaped = false
            for byte in name {
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                if isEscaped { continue }
                scratch[count] = byte
                count += 1
            }
            try body(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
        }
    }

    /// The last component of a path in a directory, which begins with a domain:
    /// `contoso.onmicrosoft.com/Users/Adele Vance`. Empty when what it leads to is a setting of Exchange; nil for
    /// anything else than such a path.
    private static func endOfDirectoryPath(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard let first = value.firstIndex(of: UInt8(ascii: "/")), first > 0,
            let last = value.lastIndex(of: UInt8(ascii: "/"))
        else { return nil }
        let domain = value[..<first]
        guard domain.contains(UInt8(ascii: ".")), domain.allSatisfy(isDomainByte) else { return nil }
        var isSetting = false
        forEachComponent(of: UnsafeRawBufferPointer(rebasing: value[..<last]), separator: UInt8(ascii: "/")) {
            isSetting = isSetting || ASCII.equalsIgnoringCase($0, "configuration")
        }
        return UnsafeRawBufferPointer(rebasing: isSetting ? value[..<0] : value[(last + 1)...])
    }
}

extension ASCII {
    /// Whether `bytes` begins with `word`, which is written in lower case, in any mixture of cases.
    static func beginsIgnoringCase(_ bytes: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
        guard bytes.count >= word.utf8CodeUnitCount else { return false }
        return equalsIgnoringCase(UnsafeRawBufferPointer(rebasing: bytes.prefix(word.utf8CodeUnitCount)), word)
    }
}
