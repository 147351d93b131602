import Domain
import Evidence

/// Which texts of a check are the same for every tenant, and so lose addresses of this tenant's domains alone.
///
/// Four things make a text of a catalogue: the source is a scanner that has one; a run of that scanner evaluated the
/// check; every stored text of the check came with a scanner's record, as a converter writes those of native records,
/// whatever source and check they name; and all of them agree, as a title that differs from finding to finding is of
/// its finding. Everything else (detections of other products, texts that a scanner's update changed) is tenant text. A
/// check id is the check's own: once a scanner evaluated it, it needs no agreement.
struct CatalogueTexts {
    struct Fields: OptionSet, Sendable {
        var rawValue: UInt8
        static let checkID = Fields(rawValue: 1)
        static let title = Fields(rawValue: 2)
        static let description = Fields(rawValue: 4)
        static let remediation = Fields(rawValue: 8)
    }

    /// The scanners whose checks stand in a published catalogue.
    static let scanners: Set<String> = ["prowler", "scubagear", "maester"]
    /// Checks that are told apart; those of a tenant with more beyond are tenant text. Prowler has about 300 for
    /// Microsoft 365.
    static let mostChecks = 1 << 16

    private struct Check {
        var fields: Fields
        var title: UInt64
        var description: UInt64
        var remediation: UInt64
    }

    private var checks: [UInt64: Fields] = [:]
    private let hashPoint: UInt64

    init(of evidence: some TenantEvidence, hashPoint: UInt64, control: RenderControl) throws {
        self.hashPoint = hashPoint
        var found: [UInt64: Check] = [:]
        try evidence.forEachCheckText { text in
            try control.check()
            guard text.isEvaluated, Self.isCatalogueScanner(text.source) else { return }
            let key = key(text.source, text.checkID)
            // `fields` is asked by check, not by text: one text of a converter makes those of its check the tenant's.
            let fields: Fields = text.isFromScanner ? [.checkID, .title, .description, .remediation] : [.checkID]
            let title = hash(text.title)
            let description = hash(text.description)
            let remediation = hash(text.remediation)
            if var check = found[key] {
                check.fields.formIntersection(fields)
                if check.title != title { check.fields.remove(.title) }
                if check.description != description { check.fields.remove(.description) }
                if check.remediation != remediation { check.fields.remove(.remediation) }
                found[key] = check
            } else if found.count < Self.mostChecks {
                found[key] = Check(
                    fields: fields, title: title, description: description, remediation: remediation)
            }
        }
        checks = found.mapValues(\.fields)
    }

    /// The texts of this check that are a catalogue's.
    func fields(source: UnsafeRawBufferPointer, checkID: UnsafeRawBufferPointer) -> Fields {
        Self.isCatalogueScanner(source) ? checks[key(source, checkID)] ?? [] : []
    }

    private static func isCatalogueScanner(_ source: UnsafeRawBufferPointer) -> Bool {
        source.count <= 16 && scanners.contains(String(decoding: source, as: UTF8.self).lowercased())
    }

    private func key(_ source: UnsafeRawBufferPointer, _ checkID: UnsafeRawBufferPointer) -> UInt64 {
        var hash = RollingHash(point: hashPoint)
        for byte in source { hash.append(UInt32(byte)) }
        // No byte of a text has this value.
        hash.append(256)
        for byte in checkID { hash.append(UInt32(byte)) }
        return hash.value
    }

    private func hash(_ text: UnsafeRawBufferPointer) -> UInt64 {
        var hash = RollingHash(point: hashPoint)
        for byte in text { hash.append(UInt32(byte)) }
        return hash.value
    }
}
