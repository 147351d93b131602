import Domain
import Evidence

/// What a field of structured data holds, and so which rule it follows when personal data is excluded.
enum FieldKind {
    /// Ids, enumerations, numbers, times, and names that always stay (workspace, tenant).
    case plain
    /// A display name, principal name or initiator: replaced whole unless it is empty, a UUID or a public name. The
    /// name of a policy follows the rules for tenant text.
    case person
    /// A word that is most often of a fixed vocabulary (a tool, a type, a reason): a public name stays, else as tenant
    /// text.
    case word
    /// Text of unknown meaning: replaced whole.
    case secret
    /// The tenant's free text and ids.
    case tenantText
    /// Text that is the same for every tenant.
    case catalogueText
}

/// Applies the field rules; with personal data included every field passes as it is.
struct FieldRedactor: ~Copyable {
    private var texts: TextRedactor?
    /// In a rendering that the final scan refused once: what it finds is replaced, cell by cell.
    private var settler: CellSettler?
    /// Replacements since the last `takeCount`.
    private var count: Int64 = 0

    /// With nil for `texts`, personal data is included.
    init(texts: consuming TextRedactor?, settler: consuming CellSettler? = nil) {
        self.texts = texts
        self.settler = settler
    }

    /// Whether anything can be replaced.
    var isActive: Bool {
        switch texts {
        case .some: true
        case nil: false
        }
    }

    /// Begins a row: its texts of the tenant must not repeat the names in its resource_name.
    mutating func beginRow(ownNames: UnsafeRawBufferPointer) throws { try texts?.setOwnNames(ownNames) }

    /// Hands the field as it may be written to `body`.
    @inline(__always)
    mutating func apply(
        _ kind: FieldKind, to field: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        if !isActive || field.isEmpty { return try body(field) }
        try applyRules(kind, to: field, body)
    }

    mutating func string(_ kind: FieldKind, _ field: String) throws -> String {
        var field = field
        var result: String?
        try field.withUTF8 { bytes in
            try apply(kind, to: UnsafeRawBufferPointer(bytes)) { written in
                if written.baseAddress != UnsafeRawPointer(bytes.baseAddress) {
                    result = String(decoding: written, as: UTF8.self)
                }
            }
        }
        return result ?? field
    }

    /// Whether an object's key holds personal data; it counts as a replacement, as the key is then replaced whole.
    mutating func holdsPersonalData(_ key: UnsafeRawBufferPointer) throws -> Bool {
        guard isActive else { return false }
        let replaced = try texts?.redact(key, as: .tenant) ?? 0
        if replaced == 0 {
            guard try settler?.settle(key, as: .tenant) ?? 0 > 0 else { return false }
        }
        count += 1
        return true
    }

    /// The replacements made since the last call: those of one file.
    mutating func takeCount() -> Int64 {
        defer { count = 0 }
        return count
    }

    private mutating func applyRules(
        _ kind: FieldKind, to field: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        switch kind {
        case .plain: try body(field)
        case .person where Self.isNobody(field): try body(field)
        case .person where IdentityRule.namesPolicy(field):
            try replace(field, .tenant, body)
        case .person, .secret:
            count += 1
            let token = TextRedactor.token
            try body(UnsafeRawBufferPointer(start: token.utf8Start, count: token.utf8CodeUnitCount))
        case .word where PublicNames.contains(field): try body(field)
        case .word, .tenantText: try replace(field, .tenant, body)
        case .catalogueText: try replace(field, .catalogue, body)
        }
    }

    private mutating func replace(
        _ field: UnsafeRawBufferPointer, _ kind: TextKind, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let replaced = try texts?.redact(field, as: kind) ?? 0
        count += replaced
        guard replaced > 0 else { return try settle(field, kind, body) }
        // Out of the redactor for the time of the call, as both are written to.
        let output = texts?.output ?? []
        try output.withUnsafeBytes { try settle($0, kind, body) }
    }

    private mutating func settle(
        _ field: UnsafeRawBufferPointer, _ kind: TextKind, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let replaced = try settler?.settle(field, as: kind) ?? 0
        guard replaced > 0 else { return try body(field) }
        count += replaced
        try settler?.output.withUnsafeBytes(body)
    }

    /// Whether a field that names somebody names nobody in particular.
    static func isNobody(_ field: UnsafeRawBufferPointer) -> Bool {
        if field.count == 36, UUIDValue(ascii: field) != nil { return true }
        return PublicNames.contains(IdentityRule.trimmed(String(decoding: field, as: UTF8.self)))
    }
}

/// Names for the object keys of one file that hold personal data: `[REDACTED-1]`, `[REDACTED-2]`, each key its own.
struct RedactedKeys {
    private var count = 0

    mutating func next() -> String {
        count += 1
        return "[REDACTED-\(count)]"
    }
}
