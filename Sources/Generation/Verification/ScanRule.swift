import Domain
import Evidence
import PackFormat

/// What the final scan expects of a place in a finished file; whatever is not named here is tenant text.
enum ScanRule {
    /// Enumerations, numbers, times, digests, ids of ours, and names that stay.
    case fixed
    case catalogueText
    case tenantText

    /// `shared` are the texts of the row's check that are a catalogue's.
    static func column(_ name: String, _ shared: CatalogueTexts.Fields) -> ScanRule {
        let field: CatalogueTexts.Fields
        switch name {
        case "fingerprint", "severity", "result", "status", "occurrences", "first_seen_at", "last_seen_at", "id",
            "outcome", "started_at", "finished_at":
            return .fixed
        case "check_id": field = .checkID
        case "title": field = .title
        case "description": field = .description
        case "remediation": field = .remediation
        default: return .tenantText
        }
        return shared.contains(field) ? .catalogueText : .tenantText
    }

    /// `path` is that of the string's own key.
    static func string(at path: JSONPath, of file: PackFile) -> ScanRule {
        switch (file, path.ownKeys) {
        case (_, "schema"), (_, "tenant.name"), (.metadata, "workspace.name"): .fixed
        case (.metadata, "generator.name"), (.metadata, "generator.version"), (.metadata, "generator.zlib"): .fixed
        case (.metadata, "csv.format"), (.metadata, "csv.escaping"), (.metadata, "files.name"): .fixed
        case (.entraAdminRoles, "type"), (.permissionPosture, "type"): .fixed
        default: .tenantText
        }
    }

    /// Whether the keys of the object at `path` come from the tenant's data.
    static func isTenantKey(in path: JSONPath, of file: PackFile) -> Bool {
        switch file {
        case .hardening: path.isInside("canary_results")
        case .entraAdminRoles, .permissionPosture: path.isInside("payload")
        default: false
        }
    }

    /// Whether a whole text is of our own vocabulary, a UUID, a time or a number, wherever it stands. With a plus in
    /// front a number may be a telephone's.
    static func isFixedText(_ text: UnsafeRawBufferPointer) -> Bool {
        let string = String(decoding: text, as: UTF8.self)
        return PublicNames.contains(IdentityRule.trimmed(string)) || UUIDValue(string) != nil
            || UnixMillis(rfc3339: string) != nil || (text.first != UInt8(ascii: "+") && IdentityRule.isNumber(text))
    }
}

extension TextProbe {
    /// What should not stand in a whole cell or string.
    mutating func check(_ text: UnsafeRawBufferPointer, _ rule: ScanRule) throws -> Finding? {
        let finding: Finding? =
            switch rule {
            case .fixed: nil
            case .catalogueText: try check(catalogueText: text)
            case .tenantText: try check(tenantText: text)
            }
        return finding == nil || ScanRule.isFixedText(text) ? nil : finding
    }
}

/// Where in one of the pack's documents a token stands, as far as the final scan tells places apart.
struct JSONPath {
    private var containers: [Bool] = []
    /// One key for each open object; only the first two levels are kept, as the documents' own keys go no deeper.
    private var keys: [String] = []

    private static let keptKeys = 2

    /// The keys of the first two levels joined by a point, without arrays, as in `files.name`.
    private(set) var ownKeys = ""

    /// The outermost key.
    var firstKey: String { keys.first ?? "" }

    mutating func open(isObject: Bool) {
        containers.append(isObject)
        if isObject { keys.append("") }
    }

    mutating func close() {
        guard containers.popLast() == true else { return }
        keys.removeLast()
        if keys.count <= Self.keptKeys { ownKeys = keys.joined(separator: ".") }
    }

    mutating func setKey(_ key: UnsafeRawBufferPointer) {
        guard let last = keys.indices.last, last < Self.keptKeys else { return }
        keys[last] = String(decoding: key, as: UTF8.self)
        ownKeys = keys.joined(separator: ".")
    }

    /// Whether the innermost container lies under this key of the document.
    func isInside(_ key: String) -> Bool { containers.count > 1 && keys.first == key }
}
