import Domain
import Evidence

/// The spellings under which one identity is searched for: the one list that redaction and the final scan share. How
/// each of them finds a spelling in a text is its own.
///
/// | form | of `Marta Lindqvist`, `marta.lindqvist@contoso.com` |
/// |---|---|
/// | exact | `Marta Lindqvist`; `marta.lindqvist@contoso.com`, `marta.lindqvist` |
/// | joined by nothing, the surname last or first | `MartaLindqvist`, `lindqvistmarta`, when it has six letters |
/// | parts in any order, joined by at most five of `Joiners` | `Lindqvist, Marta`, `marta_lindqvist_contoso_com` |
/// | a part and a device word | `MARTA-LAPTOP`, `LINDQVIST-PC`, `Marta's iPhone`: see `DeviceWords` |
///
/// Bounded: at most three exact forms, two joined and six parts an identity, from names of at most 128 bytes.
struct NameForms {
    /// The identity itself, what is before its `@`, and what a guest has there at home.
    private(set) var exact: [String] = []
    /// The parts joined by nothing, as they stand and with the last one first.
    private(set) var joined: [String] = []
    /// The parts of the person's name; empty unless there are two to six, all letters, and none a public name. A name
    /// like `Sales Team` is searched for as it stands alone.
    private(set) var parts: [Substring] = []

    /// The order of given name and surname is kept where a comma tells it.
    init(of identity: String) {
        let text = IdentityRule.trimmed(identity)
        var name = text
        var isAccepted = add(text)
        if text.utf8.contains(UInt8(ascii: "@")), let local = IdentityRule.localPart(of: text) {
            name = local
            isAccepted = add(local)
            if local.utf8.last == UInt8(ascii: "#"), let home = IdentityRule.homeLocalPart(ofGuest: local) {
                name = home
                isAccepted = add(home)
            }
        }
        guard isAccepted else { return }
        parts = Self.parts(of: name)
        guard !parts.isEmpty, parts.reduce(0, { $0 + $1.count }) >= Self.lettersJoinedByNothing else { return }
        joined = [parts.joined(), (parts.suffix(1) + parts.dropLast()).joined()].filter { !PublicNames.contains($0) }
    }

    private mutating func add(_ form: Substring) -> Bool {
        guard IdentityRule.accepts(form) else { return false }
        exact.append(String(form))
        return true
    }

    private static let longestName = 128
    private static let mostParts = 6
    private static let fewestLetters = 4
    private static let lettersJoinedByNothing = 6

    private static func parts(of name: Substring) -> [Substring] {
        guard name.utf8.count <= longestName else { return [] }
        // `Marta Lindqvist (Contoso)`
        let name = name.utf8.firstIndex(of: UInt8(ascii: "(")).map { name[..<$0] } ?? name
        var parts = split(name)
        guard (2...mostParts).contains(parts.count),
            parts.allSatisfy(isLetters), parts.reduce(0, { $0 + $1.count }) >= fewestLetters,
            !parts.contains(where: { PublicNames.contains($0) })
        else { return [] }
        // `Lindqvist, Marta`: the given name comes first where the parts are joined.
        if let comma = name.utf8.firstIndex(of: UInt8(ascii: ",")), comma == name.utf8.lastIndex(of: UInt8(ascii: ","))
        {
            let surname = split(name[..<comma]).count
            parts = Array(parts.dropFirst(surname) + parts.prefix(surname))
        }
        return parts
    }

    /// What lies between joiners and white space. Most names are ASCII, and every identity is asked.
    private static func split(_ name: Substring) -> [Substring] {
        guard isASCII(name) else { return name.split { $0.isWhitespace || Joiners.partsEnd(at: $0) } }
        var parts: [Substring] = []
        var start = name.startIndex
        for index in name.utf8.indices where name.utf8[index] <= 0x20 || Joiners.contains(name.utf8[index]) {
            if index > start { parts.append(name[start..<index]) }
            start = name.utf8.index(after: index)
        }
        if start < name.endIndex { parts.append(name[start...]) }
        return parts
    }

    private static func isLetters(_ part: Substring) -> Bool {
        if isASCII(part) {
            return part.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
        }
        return part.allSatisfy(\.isLetter)
    }

    private static func isASCII(_ text: Substring) -> Bool { text.utf8.allSatisfy { $0 < 0x80 } }
}

/// What may stand between the parts of a name.
enum Joiners {
    /// Between two parts in a text there are at most this many.
    static let most = 5

    /// White space, punctuation of logins and addresses, and the marks that Markdown puts around words.
    static func contains(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: ","),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "`"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// Whether a part of a stored name ends here, typographic forms included.
    static func partsEnd(at character: Character) -> Bool {
        if let ascii = character.asciiValue { return contains(ascii) }
        guard let scalar = character.unicodeScalars.first, character.unicodeScalars.count == 1 else { return false }
        return Typography.plain(scalar) != nil
    }
}

/// Apostrophes and hyphens of typography, which stand for the typewriter's in names.
enum Typography {
    /// `'` or `-`; nil for everything else.
    static func plain(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar {
        // Modifier apostrophes, single quotation marks, prime.
        case "\u{2B9}", "\u{2BB}", "\u{2BC}", "\u{2BD}", "\u{2018}", "\u{2019}", "\u{201B}", "\u{2032}", "\u{A78C}",
            "\u{FF07}":
            "'"
        // Hyphens, dashes, minus.
        case "\u{2010}"..."\u{2015}", "\u{2043}", "\u{2212}", "\u{FE58}", "\u{FE63}", "\u{FF0D}": "-"
        default: nil
        }
    }
}

/// Words for devices: beside a part of a name they make the name of somebody's device.
///
/// The device's word may have digits behind it (`PC01`), the part of the name a genitive's `s`. Between them stands one
/// of `- _ .` or a space, or `'s `; or the part follows the word and `of`, as in `iPhone von Marta`. Parts have three
/// letters or more. The cost: a place, product or word that is also a part of a name goes when it stands before such a
/// word (`BERLIN-PC` in a tenant with a Marc Berlin).
enum DeviceWords {
    static let all = [
        "pc", "laptop", "notebook", "nb", "desktop", "dt", "workstation", "ws", "computer", "device", "mac", "macbook",
        "imac", "mbp", "mba", "iphone", "ipad", "phone", "handy", "mobile", "tablet", "surface", "thinkpad",
        "elitebook", "android", "pixel", "galaxy", "vm", "vdi", "win", "rechner", "ordinateur", "portable",
    ]
    /// What stands between a device and its owner, each by itself between two spaces.
    static let of = ["of", "von", "van", "de", "di", "da", "do", "d"]
    static let longest = 11
    static let shortestPart = 3
}
