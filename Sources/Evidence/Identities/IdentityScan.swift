import Domain
import JSONTokens

/// Watches a document's tokens and gathers the strings that name people: those under an identity key, directly or in
/// lists, keys that are addresses, and both again in strings that hold a JSON document of their own.
struct IdentityScan {
    private struct Level {
        var isObject: Bool
        /// Of a list: what its strings are.
        var kind: IdentityKind?
        /// Whether it is a role or a policy, or a list of them.
        var isCatalogue: Bool
        /// Whether it is a person, or a list of people.
        var isPerson: Bool
    }

    /// JSON in a string in a string: how often that is looked into.
    private static let nestingLimit = 3
    private static let nestedDepth = 64
    private static let pieceBytes = 64 << 10

    private let nesting: Int
    private var levels: [Level] = []
    private var keyKind: IdentityKind?
    private var keyIsCatalogue = false
    private var keyIsPerson = false
    private var keyIsType = false
    private var keyIsContext = false
    /// Whether the document says of its `value` that it is a list of directory roles.
    private var listsRoles = false

    init() { self.init(nesting: 0, kind: nil) }

    /// - Parameter kind: what the strings of an outermost list are.
    private init(nesting: Int, kind: IdentityKind?) {
        self.nesting = nesting
        keyKind = kind
        levels.reserveCapacity(16)
    }

    /// Takes the next token, with its text, and hands out the names in it.
    mutating func gather(
        _ token: JSONToken, text: UnsafeRawBufferPointer, _ emit: IdentityGathering.Emit
    ) rethrows {
        switch token {
        case .key:
            see(key: text)
            // Keys are names now and then: `{"anna@contoso.com": "owner"}`.
            if IdentityGathering.looksLikeAddress(text), !Self.isAnnotation(text) {
                try IdentityGathering.gather(text, .address, emit)
            }
        case .beginObject, .beginArray: open(isObject: token == .beginObject)
        case .endObject, .endArray: _ = levels.popLast()
        case .string:
            let kind = see(string: text)
            if nesting < Self.nestingLimit, Self.holdsDocument(text) {
                try gather(nested: text, kind, emit)
            } else if let kind {
                try IdentityGathering.gather(text, kind, emit)
            }
        default: break
        }
    }

    private mutating func see(key: UnsafeRawBufferPointer) {
        keyKind = IdentityKeys.kind(of: key)
        if levels.last?.isPerson == true, IdentityKeys.matches(key, "name") { keyKind = .displayName }
        if keyKind == .displayName, levels.last?.isCatalogue == true { keyKind = nil }
        keyIsCatalogue =
            IdentityKeys.isCatalogueParent(key)
            || (listsRoles && levels.count == 1 && ASCII.equals(key, "value"))
        keyIsPerson = IdentityKeys.isPersonParent(key)
        keyIsType = ASCII.equals(key, "@odata.type")
        keyIsContext = levels.count == 1 && ASCII.equals(key, "@odata.context")
    }

    private mutating func open(isObject: Bool) {
        let inList = levels.last.map { !$0.isObject } ?? false
        let isCatalogue = inList ? levels.last?.isCatalogue == true : keyIsCatalogue
        let isPerson = inList ? levels.last?.isPerson == true : keyIsPerson
        // A list in a list holds what the outer one does.
        let kind = isObject ? nil : inList ? levels.last?.kind : keyKind
        levels.append(Level(isObject: isObject, kind: kind, isCatalogue: isCatalogue, isPerson: isPerson))
        keyKind = nil
        keyIsCatalogue = false
        keyIsPerson = false
    }

    /// What a string is.
    private mutating func see(string text: UnsafeRawBufferPointer) -> IdentityKind? {
        guard let level = levels.last else { return keyKind }
        guard level.isObject else { return level.kind }
        // Graph writes the type before everything else of an object, and the context before everything else of an
        // answer.
        if keyIsType, IdentityKeys.isPersonType(text) { levels[levels.count - 1].isPerson = true }
        if keyIsContext { listsRoles = RoleLists.isContext(text) }
        return keyKind
    }

    /// Whether a key is an annotation of OData JSON (section 4.6 of its format): `members@odata.count`.
    private static func isAnnotation(_ key: UnsafeRawBufferPointer) -> Bool {
        guard let at = key.lastIndex(of: UInt8(ascii: "@")) else { return false }
        let term = UnsafeRawBufferPointer(rebasing: key[(at + 1)...])
        return ASCII.beginsIgnoringCase(term, "odata.") || ASCII.beginsIgnoringCase(term, "microsoft.graph.")
    }

    /// Whether a string looks like an object or an array of JSON.
    private static func holdsDocument(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count > 4, text.contains(UInt8(ascii: "\"")) else { return false }
        guard let first = text.first(where: { $0 > 0x20 }) else { return false }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }

    /// Reads a string as a document as far as it is one. What is no JSON is gathered as the text that it then is.
    private func gather(
        nested text: UnsafeRawBufferPointer, _ kind: IdentityKind?, _ emit: IdentityGathering.Emit
    ) rethrows {
        var limits = JSONLimits()
        limits.depth = Self.nestedDepth
        limits.stringBytes = max(1024, text.count)
        limits.replacesBadCharacters = true
        var tokenizer = JSONTokenizer(limits: limits)
        var inner = IdentityScan(nesting: nesting + 1, kind: kind)
        var rest = text[...]
        while true {
            guard let token = try? tokenizer.next() else { break }
            switch token {
            case .end: return
            case .needsInput:
                let piece = rest.prefix(Self.pieceBytes)
                rest = rest.dropFirst(piece.count)
                let isRead: Void? =
                    piece.isEmpty
                    ? try? tokenizer.finish() : try? tokenizer.feed(UnsafeRawBufferPointer(rebasing: piece))
                guard isRead != nil else { return }
            default: try inner.gather(token, text: tokenizer.text, emit)
            }
        }
        if let kind { try IdentityGathering.gather(text, kind, emit) }
    }
}
