import Domain
import TestTags
import Testing

/// Texts that look the same and that Swift's Strings take for equal, in normalisation form C and in another one.
enum Spellings {
    static let pairs: [(normalised: String, other: String)] = [
        ("jos\u{E9}@example.org", "jose\u{301}@example.org"),
        ("\u{C5}sa", "\u{212B}sa"),
        ("Kim", "\u{212A}im"),
        ("\u{D55C}\u{AE00}", "\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF}"),
        ("q\u{323}\u{307}", "q\u{307}\u{323}"),
        ("\u{1EBF}", "e\u{302}\u{301}"),
        ("a;b", "a\u{37E}b"),
        ("\u{8C48}", "\u{F900}"),
    ]
}

@Suite("A text that is compared by its bytes", .tags(.access))
struct ExactTextTests {
    @Test("is another one in another spelling, to equality, sets, dictionaries and order", arguments: Spellings.pairs)
    func spellings(_ normalised: String, _ other: String) {
        // What Strings would say.
        #expect(normalised == other && Set([normalised, other]).count == 1)
        let (a, b) = (ExactText(normalised), ExactText(other))
        #expect(a != b && a == ExactText(normalised))
        #expect(Set([a, b, a]).count == 2)
        var numbers = [a: 1]
        numbers[b] = 2
        #expect(numbers[a] == 1)
        #expect((a < b) == normalised.utf8.lexicographicallyPrecedes(other.utf8) && (a < b) != (b < a))
        #expect(Set([Principal.subject(a), .subject(b)]).count == 2)
        #expect(Actor(uid: 1, onBehalfOf: a) != Actor(uid: 1, onBehalfOf: b))
    }

    @Test("ends where it ends: the parts of a key do not run into each other")
    func ends() {
        #expect(Set([[ExactText("a"), "bc"], ["ab", "c"], ["abc", ""]]).count == 3)
    }

    @Test(
        "may be a new subject in normalisation form C alone; one that is stored is read in any",
        arguments: Spellings.pairs)
    func newSubjects(_ normalised: String, _ other: String) {
        #expect(Principal.complaint(aboutNewSubject: normalised) == nil)
        #expect(Principal.complaint(aboutNewSubject: other)?.contains("NFC") == true)
        #expect(Principal.subject(ExactText(other)).complaintIfNew != nil)
        #expect(Principal(text: "subject:" + other) == .subject(ExactText(other)))
    }

    @Test(
        "is no subject with a space around it, whatever follows the space",
        arguments: [
            "", " a", "a ", " \u{301}a", "a\u{301} ", "a\u{0}", "a\n", "\u{200B}a", String(repeating: "x", count: 257),
        ])
    func noSubjects(_ text: String) {
        #expect(!Principal.isValidSubject(text) && Principal.complaint(aboutNewSubject: text) != nil)
    }

    @Test(
        "of a name for display, spaces around it are seen whatever follows them", arguments: [" \u{301}a", " a", "a "])
    func displayNames(_ text: String) {
        #expect(DisplayName.complaint(about: text) != nil)
    }
}
