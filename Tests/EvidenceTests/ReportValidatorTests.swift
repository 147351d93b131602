import Domain
import TestTags
import Testing

@testable import Evidence

@Suite("Report validation", .tags(.evidence))
struct ReportValidatorTests {
    struct Outcome {
        var stored: [UInt8] = []
        var identities: Set<Gathered> = []
        var tenants: [TenantExternalID] = []
    }

    func validate(
        _ bytes: [UInt8], chunk: Int = .max, options: ReportValidator.Options = .init(expectedTenant: contoso)
    ) throws -> Outcome {
        var validator = ReportValidator(options: options)
        var outcome = Outcome()
        var start = 0
        while start < bytes.count {
            let end = start + min(chunk, bytes.count - start)
            try bytes[start..<end].withUnsafeBytes { piece in
                try validator.push(
                    piece, store: { outcome.stored.append(contentsOf: $0) },
                    identity: { outcome.identities.insert(Gathered($0, $1)) })
            }
            start = end
        }
        try validator.finish(
            store: { outcome.stored.append(contentsOf: $0) },
            identity: { outcome.identities.insert(Gathered($0, $1)) })
        outcome.tenants = validator.tenantIDs
        #expect(validator.byteCount == outcome.stored.count)
        return outcome
    }

    func failure(_ text: String, options: ReportValidator.Options = .init(expectedTenant: contoso)) -> IngestError? {
        do {
            _ = try validate(Array(text.utf8), chunk: 5, options: options)
            return nil
        } catch { return error as? IngestError }
    }

    @Test(
        "any JSON value is handed on byte for byte", arguments: ["{\"a\": [1.50, \"\\u00e9\"]}\n", "[]", "7", " null "])
    func verbatim(text: String) throws {
        for chunk in [1, 2, 1000] { #expect(try validate(Array(text.utf8), chunk: chunk).stored == Array(text.utf8)) }
    }

    @Test("UTF-16 and byte order marks become plain UTF-8", arguments: [1, 3, 1000])
    func transcoding(chunk: Int) throws {
        let text = "{\"name\": \"Żółć 😀\"}"
        let utf16 = text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        for form in [[0xFF, 0xFE] + utf16, utf16, [0xEF, 0xBB, 0xBF] + Array(text.utf8)] {
            #expect(try validate(form, chunk: chunk).stored == Array(text.utf8))
        }
    }

    @Test(
        "malformed reports are refused with their position",
        arguments: [
            ("{\n \"a\": tru }", .syntax, 8), ("{\"a\": 1", .truncated, 7), ("", .empty, 0), ("[1]]", .syntax, 3),
            ("{\"a\": \"\\u00\"}", .syntax, 7),
        ] as [(String, IngestError.Reason, Int)])
    func malformed(text: String, reason: IngestError.Reason, offset: Int) {
        let error = failure(text)
        #expect(error?.reason == reason)
        #expect(error?.position?.byteOffset == offset)
    }

    @Test("a report over the limit is refused, and one of exactly the limit is not")
    func tooLarge() {
        var options = ReportValidator.Options()
        options.maximumBytes = 100
        func text(_ count: Int) -> String { "\"\(String(repeating: "r", count: count - 2))\"" }
        #expect(failure(text(100), options: options) == nil)
        #expect(failure(text(101), options: options)?.productError.reason == .reportTooLarge)
    }

    @Test(
        "another tenant's report is refused where it names itself, not where it names partners",
        arguments: [
            ("{\"tenantId\": \"ID\"}", true), ("{\"TenantId\": \"ID\"}", true), ("{\"tenant_id\": \"ID\"}", true),
            ("{\"tenant_uid\": \"ID\"}", true), ("{\"MetaData\": {\"TenantId\": \"ID\"}}", true),
            ("{\"x\": 1, \"tenant\": {\"tenantId\": \"ID\"}}", true),
            ("{\"partners\": [{\"tenantId\": \"ID\"}]}", false),
            ("{\"user\": {\"tenantId\": \"ID\"}}", false), ("{\"homeTenantId\": \"ID\"}", false),
            ("[{\"tenantId\": \"ID\"}]", false), ("{\"tenantId\": [\"ID\"]}", false),
        ])
    func tenants(shape: String, isRead: Bool) throws {
        let other = "aaaaaaaa-6c1c-4d0a-9d53-2f1d1a6f8b10"
        let foreign = shape.replacing("ID", with: other)
        #expect((failure(foreign)?.reason == .tenantMismatch) == isRead)
        #expect(failure(foreign, options: .init()) == nil)
        let own = try validate(Array(shape.replacing("ID", with: contoso.description.uppercased()).utf8))
        #expect(own.tenants == (isRead ? [contoso] : []))
        #expect(failure(shape.replacing("ID", with: "contoso.onmicrosoft.com")) == nil)
    }

    @Test(
        "names and addresses under identity keys are found, roles' and policies' names are not", arguments: [1, 1000])
    func identities(chunk: Int) throws {
        let outcome = try validate(example("admin-roles.json"), chunk: chunk)
        #expect(
            outcome.identities == [
                Gathered(.displayName, "Adele Vance"), Gathered(.displayName, "Megan Bowen"),
                Gathered(.displayName, "Zoë O'Neill"), Gathered(.address, "adele.vance@contoso.com"),
                Gathered(.principalName, "adele.vance@contoso.com"), Gathered(.localPart, "adele.vance"),
                Gathered(.address, "megan.bowen@contoso.com"), Gathered(.principalName, "megan.bowen@contoso.com"),
                Gathered(.localPart, "megan.bowen"), Gathered(.address, "zoe.oneill@outlook.com"),
                Gathered(.localPart, "zoe.oneill"), Gathered(.localPart, "zoe.oneill_outlook.com#EXT#"),
                Gathered(.principalName, "zoe.oneill_outlook.com#EXT#@contoso.onmicrosoft.com"),
            ])
        #expect(outcome.stored == (try example("admin-roles.json")))
    }

    @Test("a role's own name is skipped, names inside of it are not, in lists and in any spelling")
    func catalogue() throws {
        let text = """
            {"roleDefinitions": [{"displayName": "Custom Auditor", "owner": {"DisplayName": "Ann Ash"}}],
             "policies": {"display_name": "Night Shift"}, "members": [{"display_name": "Bo Birch"}],
             "otherMails": ["cy@c.example"], "note": "Dan Dill"}
            """
        let names = try validate(Array(text.utf8)).identities.filter { $0.kind == .displayName || $0.kind == .address }
        #expect(Set(names.map(\.text)) == ["Ann Ash", "Bo Birch", "cy@c.example"])
    }

    @Test("who owns, belongs to or is assigned to something is a person, and so is what Graph calls a user")
    func people() throws {
        let text = """
            {"owner": "Ann Ash", "assignedTo": "Bo Birch", "members": ["Cy Cedar", "Dan Dill"],
             "principal": {"id": "1", "name": "Eve Elm"}, "controls": [{"name": "Night Shift"}],
             "value": [{"@odata.type": "#microsoft.graph.user", "name": "Fay Fern"},
                       {"@odata.type": "#microsoft.graph.group", "name": "Night Watch"}],
             "createdBy": {"user": {"displayName": "Gus Gorse"}}}
            """
        let names = try validate(Array(text.utf8)).identities.filter { $0.kind == .displayName }
        #expect(
            Set(names.map(\.text)) == [
                "Ann Ash", "Bo Birch", "Cy Cedar", "Dan Dill", "Eve Elm", "Fay Fern", "Gus Gorse",
            ])
    }
}
