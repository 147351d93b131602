import Domain
import ReviewPackAPI
import TestTags
import Testing

@Suite("Roles", .tags(.access))
struct RoleTests {
    @Test("grant exactly the capabilities of Docs/RBAC.md, by the scope that they are bound to")
    func table() {
        var rows: [String] = []
        for role in Role.allCases {
            for scope in BindingScope.allCases where role.canBeBound(to: scope) {
                let words = role.capabilities(boundTo: scope).map(\.rawValue).sorted().joined(separator: " ")
                rows.append("\(role.word) in \(scope.word): \(words)")
            }
        }
        #expect(
            rows == [
                "viewer in workspace: review_pack.view",
                "viewer in tenant: review_pack.view",
                "manager in workspace: review_pack.manage review_pack.view",
                "manager in tenant: review_pack.manage review_pack.view",
                "collector in workspace: tenant.ingest",
                "collector in tenant: tenant.ingest",
                "owner in workspace: review_pack.manage review_pack.view tenant.ingest tenant.manage workspace.manage",
                "owner in tenant: review_pack.manage review_pack.view tenant.ingest tenant.manage",
                "pruner in system: system.prune",
                "delegate in system: identity.delegate",
                "delegate in workspace: identity.delegate",
                "delegate in tenant: identity.delegate",
            ])
    }

    @Test("a delegate and a pruner are members of nothing")
    func membership() {
        #expect(Role.allCases.filter(\.givesMembership) == [.viewer, .manager, .collector, .owner])
    }
}

@Suite("Names of principals", .tags(.access))
struct PrincipalTests {
    @Test("a principal's text reads back as itself")
    func roundTrip() {
        for principal: Principal in [.user(uid: 0), .group(gid: 4_294_967_294), .subject("alice@example.org")] {
            #expect(Principal(text: principal.text) == principal)
        }
    }

    @Test(
        "a subject with control or invisible characters, at its ends a space, or over 256 bytes is refused",
        arguments: ["", " a", "a ", "a\nb", "a\u{200B}b", "a\u{202E}b", String(repeating: "x", count: 257)])
    func badSubjects(text: String) { #expect(!Principal.isValidSubject(text)) }

    @Test("a name for a workspace or tenant says what is wrong with it")
    func names() {
        #expect(DisplayName.complaint(about: "Contoso Ltd") == nil)
        #expect(DisplayName.complaint(about: "Ærø Kommune 日本") == nil)
        #expect(DisplayName.complaint(about: "") == "must not be empty")
        #expect(DisplayName.complaint(about: "a\u{1B}[31m") == "must not hold control characters")
        #expect(DisplayName.complaint(about: " a") == "must not begin or end with a space")
        #expect(DisplayName.complaint(about: String(repeating: "é", count: 101)) == "must have at most 200 bytes")
    }
}

@Suite("Reasons", .tags(.wire, .documents))
struct ReasonTests {
    @Test("are stable upper snake case words")
    func spelling() {
        for reason in Reason.allCases {
            #expect(reason.rawValue.utf8.allSatisfy { (65...90).contains($0) || $0 == 95 }, "\(reason.rawValue)")
        }
    }
}
