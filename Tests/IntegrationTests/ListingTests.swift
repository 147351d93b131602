import Foundation
import ReviewPackAPI
import ReviewPackClient
import TestTags
import Testing

@Suite(.tags(.packs))
struct ListingTests {
    /// Three tenants with a ready pack each, and an expired one of the first: ids by tenant name.
    private static func furnish(_ daemon: Daemon) async throws -> (expired: String, ready: [String: String]) {
        try await daemon.makeTenant()
        try await daemon.makeTenant(Scene.otherTenant, name: "Fabrikam Industries")
        try await daemon.makeTenant("22222222-2222-4333-8444-555555555555", name: "Zürich Tools")
        let expired = try #require(try await daemon.generate(Scene.tenant, "--no-pii")["id"].string)
        try await daemon.ctl("expire", expired, "--yes").succeeded()
        var ready: [String: String] = [:]
        for (name, tenant) in [
            (Scene.tenantName, Scene.tenant), ("Fabrikam Industries", Scene.otherTenant),
            ("Zürich Tools", "22222222-2222-4333-8444-555555555555"),
        ] {
            let id: String = try #require(try await daemon.generate(tenant)["id"].string)
            ready[name] = id
        }
        return (expired, ready)
    }

    private static func list(_ daemon: Daemon, _ arguments: String...) async throws -> [String] {
        try await daemon.ctl(["list", "-o", "json"] + arguments).succeeded().json().array.compactMap { $0["id"].string }
    }

    @Test("filters, sorts, search and limits select the packs that they say")
    func selections() async throws {
        try await withDaemon { daemon in
            let (expired, ready) = try await Self.furnish(daemon)
            let contoso = try #require(ready[Scene.tenantName])
            let fabrikam = try #require(ready["Fabrikam Industries"])
            let zurich = try #require(ready["Zürich Tools"])
            let newestFirst = [zurich, fabrikam, contoso, expired]

            #expect(try await Self.list(daemon) == newestFirst)
            #expect(try await Self.list(daemon, Scene.tenant) == [contoso, expired])
            #expect(try await Self.list(daemon, "--status", "expired") == [expired])
            #expect(try await Self.list(daemon, "--status", "ready,expired") == newestFirst)
            #expect(try await Self.list(daemon, "--status", "failed") == [])
            #expect(try await Self.list(daemon, "--search", "FABRI") == [fabrikam])
            #expect(try await Self.list(daemon, "--search", "zürich") == [zurich])
            #expect(try await Self.list(daemon, "--search", "100%") == [], "% is no wildcard")
            #expect(try await Self.list(daemon, "--limit", "2") == [zurich, fabrikam])
            #expect(try await Self.list(daemon, "--sort", "status") == [zurich, fabrikam, contoso, expired])
            #expect(try await Self.list(daemon, "--generated-after", "2999-01-01") == [])
            #expect(try await Self.list(daemon, "--generated-before", "2000-01-01") == [])
            #expect(try await Self.list(daemon, "--generated-after", "2000-01-01") == newestFirst)

            let shown = try await daemon.ctl("show", fabrikam, "-o", "json").succeeded().json()
            let generatedAt = try #require(shown["generated_at"].string)
            #expect(
                try await Self.list(daemon, "--generated-after", generatedAt) == [zurich, fabrikam], "after includes")
            #expect(
                try await Self.list(daemon, "--generated-before", generatedAt) == [contoso, expired],
                "before excludes")
        }
    }

    @Test("pages hold every pack once, also with one on each")
    func paging() async throws {
        try await withDaemon { daemon in
            let (expired, ready) = try await Self.furnish(daemon)
            var found: [String] = []
            try await daemon.withClient { client in
                var request = Proto.ListPacksRequest(pageSize: 1)
                repeat {
                    let page = try await client.call(Methods.reviewPackServiceList, request)
                    #expect(page.packs.count <= 1)
                    found += page.packs.map(\.id)
                    request.pageToken = page.nextPageToken
                } while !request.pageToken.isEmpty
            }
            #expect(found.count == 4)
            #expect(Set(found) == Set([expired] + ready.values))
        }
    }

    @Test("an id may be shortened to six digits of its beginning or end, if only one pack is meant")
    func abbreviations() async throws {
        try await withDaemon { daemon in
            let (expired, ready) = try await Self.furnish(daemon)
            let id = try #require(ready[Scene.tenantName])
            func shown(_ text: String) async throws -> CommandResult {
                try await daemon.ctl("show", text, "-o", "json")
            }
            for text in [String(id.suffix(8)), String(id.suffix(8)).uppercased(), String(id.dropLast(1)), id] {
                #expect(try await shown(text).succeeded().json()["id"].string == id, "\(text)")
            }
            // Ids begin with their time: those of one minute share their first digits.
            let common = String(zip(id, expired).prefix { $0 == $1 }.map(\.0)).filter { $0 != "-" }
            try #require(common.count >= 6)
            let ambiguous = try await shown(common)
            #expect(ambiguous.exit == 64)
            for candidate in [id, expired] { #expect(ambiguous.errors.contains(candidate)) }
            #expect(try await shown(String(id.suffix(5))).exit == 64, "too short")
            #expect(try await shown("abcdef0123456").exit == 4, "no such pack")
        }
    }

    @Test("nothing to list is an empty array, and says how to get something on a terminal's table")
    func empty() async throws {
        try await withDaemon { daemon in
            let json = try await daemon.ctl("list", "-o", "json").succeeded()
            #expect(json.text.trimmingCharacters(in: .whitespacesAndNewlines) == "[]")
        }
    }
}
