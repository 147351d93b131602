import Domain

@testable import Evidence

let contoso = TenantExternalID(high: 0x7f6d_1d7e_6c1c_4d0a, low: 0x9d53_2f1d_1a6f_8b10)

/// The clock of these tests; no sample is of later.
let sampleClock = TimeGuard(now: UnixMillis(rfc3339: "2027-01-01T00:00:00Z") ?? .latest)

extension FindingsParser.Options {
    init(format: FindingFormat? = nil, expectedTenant: TenantExternalID? = nil, skipsBadRecords: Bool = false) {
        self.init(
            clock: sampleClock, format: format, expectedTenant: expectedTenant, skipsBadRecords: skipsBadRecords)
    }
}

/// What a parser handed out of one record, for comparing.
struct Parsed: Equatable {
    var texts: [FindingField: String]
    var severity: Severity
    var result: FindingResult
    var status: FindingStatus?
    var firstSeenAt: UnixMillis
    var lastSeenAt: UnixMillis
    var position: RecordPosition

    init(_ record: borrowing FindingRecord) {
        texts = [:]
        for field in FindingField.allCases where !record.isEmpty(field) { texts[field] = record.string(field) }
        severity = record.severity
        result = record.result
        status = record.statedStatus
        firstSeenAt = record.firstSeenAt
        lastSeenAt = record.lastSeenAt
        position = record.position
    }
}

/// The outcome of parsing a whole input.
struct ParseOutcome {
    var records: [Parsed] = []
    var format: FindingFormat?
    var summary = ScanSummary()
    var warnings = IngestWarnings()
    var rejected = 0
    var rejections: [IngestError] = []
}

func parse(
    _ bytes: [UInt8], chunk: Int = .max, options: FindingsParser.Options = .init()
) throws -> ParseOutcome {
    var parser = FindingsParser(options: options)
    var outcome = ParseOutcome()
    var start = 0
    while start < bytes.count {
        let end = start + min(chunk, bytes.count - start)
        try bytes[start..<end].withUnsafeBytes { try parser.push($0) { outcome.records.append(Parsed($0)) } }
        start = end
    }
    try parser.finish { outcome.records.append(Parsed($0)) }
    outcome.format = parser.format
    outcome.summary = parser.summary()
    outcome.warnings = parser.warnings
    outcome.rejected = parser.recordsRejected
    outcome.rejections = parser.rejections
    return outcome
}

func parse(_ text: String, chunk: Int = .max, options: FindingsParser.Options = .init()) throws -> ParseOutcome {
    try parse(Array(text.utf8), chunk: chunk, options: options)
}

func parseFailure(_ text: String, options: FindingsParser.Options = .init()) -> IngestError? {
    do {
        _ = try parse(text, options: options)
        return nil
    } catch { return error as? IngestError }
}

/// A JSON value to build samples from; members keep their order.
indirect enum Sample {
    case text(String)
    case raw(String)
    case object([(String, Sample)])
    case array([Sample])

    var json: String {
        switch self {
        case .text(let text): "\"\(text)\""
        case .raw(let raw): raw
        case .array(let elements): "[\(elements.map(\.json).joined(separator: ","))]"
        case .object(let members):
            "{\(members.map { "\"\($0.0)\":\($0.1.json)" }.joined(separator: ","))}"
        }
    }

    /// The object with the member at a dotted path replaced, or removed for nil.
    func with(_ path: String, _ value: Sample?) -> Sample {
        guard case .object(var members) = self else { return self }
        let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
        let index = members.firstIndex { $0.0 == parts[0] }
        if parts.count == 2 {
            guard let index else { return self }
            members[index].1 = members[index].1.with(parts[1], value)
        } else if let value {
            if let index { members[index].1 = value } else { members.append((parts[0], value)) }
        } else if let index {
            members.remove(at: index)
        }
        return .object(members)
    }
}

/// A native finding with every member.
let nativeSample = Sample.object([
    ("uid", .text("f-1")), ("check_id", .text("check-a")), ("title", .text("A title")), ("severity", .text("high")),
    ("status", .text("open")), ("resource_type", .text("user")), ("resource_uid", .text("r-1")),
    ("resource_name", .text("Adele Vance")), ("first_seen_at", .text("2026-01-01T00:00:00Z")),
    ("last_seen_at", .text("2026-02-01T00:00:00Z")), ("description", .text("What it looks at")),
    ("detail", .text("What it saw")), ("remediation", .text("What to do")), ("source", .text("tool")),
])

/// An OCSF finding in Prowler's shape and order.
let ocsfSample = Sample.object([
    ("message", .text("No policy blocks it.")),
    (
        "metadata",
        .object([
            ("event_code", .text("entra_check_one")),
            (
                "product",
                .object([
                    ("name", .text("Prowler")), ("uid", .text("prowler")), ("vendor_name", .text("Prowler")),
                    ("version", .text("5.46.0")),
                ])
            ), ("profiles", .array([.text("cloud")])), ("tenant_uid", .text(contoso.description)),
            ("version", .text("1.5.0")),
        ])
    ), ("severity_id", .raw("4")), ("severity", .text("High")), ("status", .text("New")),
    ("status_code", .text("FAIL")), ("status_detail", .text("No policy blocks it here.")), ("status_id", .raw("1")),
    ("unmapped", .object([("categories", .array([])), ("scan_id", .text("run-1"))])), ("activity_id", .raw("1")),
    (
        "finding_info",
        .object([
            ("analytic", .object([("uid", .text("entra_check_one"))])), ("created_time", .raw("1772330400")),
            ("desc", .text("Looks at policies.")), ("title", .text("It is blocked")), ("uid", .text("prowler-x")),
        ])
    ),
    (
        "resources",
        .array([
            .object([
                ("data", .object([("details", .text("")), ("metadata", .object([("id", .text("1"))]))])),
                ("group", .object([("name", .text("entra"))])), ("labels", .array([])),
                ("name", .text("Policies")), ("type", .text("NotDefined")), ("uid", .text("policies")),
            ]), .object([("uid", .text("second")), ("name", .text("Second"))]),
        ])
    ), ("class_uid", .raw("2004")),
    ("cloud", .object([("org", .object([("uid", .text(contoso.description))])), ("provider", .text("m365"))])),
    (
        "remediation",
        .object([
            ("desc", .text("Block it.")),
            ("references", .array([.text("https://example.com/a"), .text("https://example.com/b")])),
        ])
    ), ("risk_details", .text("It is a risk.")), ("time", .raw("1772330400")),
    ("time_dt", .text("2026-03-01T02:00:00.118204")), ("type_uid", .raw("200401")),
])

/// The one resource of an OCSF sample replaced.
func resource(_ members: [(String, Sample)]) -> Sample {
    ocsfSample.with("resources", .array([.object(members)]))
}
