import Domain
import Foundation
import ReviewPackAPI
import ReviewPackClient
import Testing

/// The names that most tests use.
enum Scene {
    static let workspace = "contoso"
    /// The tenant of the examples.
    static let tenant = "7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b10"
    static let tenantName = "Contoso Ltd"
    static let otherTenant = "11111111-2222-4333-8444-555555555555"
    /// Ids that exist nowhere.
    static let absentTenant = "99999999-9999-4999-8999-999999999999"
    static let absentPack = "0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee"
}

extension Daemon {
    /// The workspace and the tenant of the examples, without any data.
    func makeTenant() async throws {
        try await ctl("workspace", "create", Scene.workspace).succeeded()
        try await makeTenant(Scene.tenant, name: Scene.tenantName)
    }

    func makeTenant(_ externalID: String, name: String) async throws {
        try await ctl("tenant", "create", Scene.workspace, "--external-id", externalID, "--name", name).succeeded()
    }

    /// Everything in `Examples/`: two scans a month apart, both reports, hardening and operation runs.
    func importExamples() async throws {
        for file in ["findings-run-1.ocsf.json", "findings-run-2.ocsf.json"] {
            try await ctl("import", "findings", Scene.tenant, "--format", "ocsf", example(file)).succeeded()
        }
        try await ctl(
            "import", "report", Scene.tenant, "--type", "entra.admin_roles", example("admin-roles.json")
        ).succeeded()
        try await ctl(
            "import", "report", Scene.tenant, "--type", "permission_posture", example("permission-posture.json")
        ).succeeded()
        try await ctl("import", "hardening", Scene.tenant, example("hardening.json")).succeeded()
        try await ctl("import", "operations", Scene.tenant, example("operations.jsonl")).succeeded()
    }

    /// Generates a pack to its end and returns it as JSON.
    @discardableResult
    func generate(_ tenant: String = Scene.tenant, _ more: String...) async throws -> JSON {
        let result = try await ctl(["generate", tenant, "--wait", "-o", "json"] + more)
        let pack = try result.succeeded().json()["pack"]
        #expect(pack["status"].string == "ready", "\(result)")
        return pack
    }

    /// A new tenant whose stored findings are as many as asked for.
    func makeTenant(_ externalID: String, name: String, findings: Int) async throws {
        try await makeTenant(externalID, name: name)
        guard findings > 0 else { return }
        let lines = (0..<findings).map { NativeFinding(uid: "finding-\($0)").line }.joined(separator: "\n")
        try await ctl("import", "findings", externalID, "-", input: Array(lines.utf8)).succeeded()
    }

    /// Cancels a generation of the tenant. One that was quicker than the cancelling is expired, and another one begun.
    func cancelledPack(of tenant: String) async throws -> (id: String, tooLate: Int) {
        try await withClient { client in
            var tooLate = 0
            while true {
                let id: String = try #require(
                    try await client.generate(Proto.GenerateRequest(tenant: tenant)).pack?.id)
                do {
                    #expect(try await client.cancel(id).failureReason == "cancelled")
                    return (id, tooLate)
                } catch ClientError.remote(let failure) where failure.reason == .wrongState {
                    _ = try await client.expire(id)
                    tooLate += 1
                }
            }
        }
    }

    func grant(_ role: String, to principal: [String], in scope: [String]) async throws {
        try await ctl(["member", "grant", "--role", role] + principal + scope).succeeded()
    }

    func revoke(_ role: String, from principal: [String], in scope: [String]) async throws {
        try await ctl(["member", "revoke", "--role", role] + principal + scope).succeeded()
    }
}

func example(_ name: String) -> String { Programs.examples + "/" + name }

/// One record of the native format, with every field that a test may want to spoil.
struct NativeFinding {
    var uid = "finding-1"
    var checkID = "mfa-for-admins"
    var severity = "high"
    var status = "open"
    var firstSeenAt = "2026-03-01T00:00:00Z"
    var lastSeenAt = "2026-04-01T00:00:00Z"
    var resourceType = "user"
    var resourceID = "user-1"
    var resourceName = "Adele Vance"
    /// As JSON text, so that a test can put anything there.
    var title = #""An administrator has no second factor""#
    var more = ""

    var line: String {
        """
        {"uid":"\(uid)","check_id":"\(checkID)","title":\(title),"severity":"\(severity)","status":"\(status)",\
        "resource_type":"\(resourceType)","resource_uid":"\(resourceID)","resource_name":"\(resourceName)",\
        "first_seen_at":"\(firstSeenAt)","last_seen_at":"\(lastSeenAt)","source":"tests"\(more)}
        """
    }
}
