import Foundation
import ReviewPackAPI
import ReviewPackClient
import TestTags
import Testing

@Suite("Cancelling and leaving, with real processes", .tags(.packs))
struct DeletionTests {
    @Test("a cancelled generation ends failed, and nothing of it is left")
    func cancel() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant(findings: 5000)
            let id = try await daemon.cancelledPack(of: Scene.tenant).id
            #expect(try daemon.exportedFiles() == [])
            let pack = try await daemon.pack(id)
            #expect(pack["status"].string == "failed" && pack["failure_reason"].string == "cancelled")
            let run = try await daemon.ctl("operation", "show", pack["operation_run_id"].string ?? "", "-o", "json")
                .succeeded().json()
            #expect(run["outcome"].string == "failed" && run["reason_code"].string == "cancelled")
            try await daemon.ctl("cancel", id).refused(1, "WRONG_STATE")
            let actions = try await daemon.auditEvents("--pack", id).compactMap { $0["action"].string }
            #expect(actions == ["review_pack.request", "review_pack.cancel", "review_pack.fail"])
            let card = try await daemon.ctl("card", Scene.tenant).succeeded().text
            #expect(card.contains("The generation was cancelled.") && card.contains("Retry"), "\(card)")
            let ready: String = try #require(try await daemon.generate()["id"].string)
            try await daemon.ctl("cancel", ready).refused(1, "WRONG_STATE")
            try await daemon.ctl("cancel", Scene.absentPack).refused(4, "NOT_FOUND")
        }
    }

    @Test("a tenant goes with its evidence, packs and files, also while it generates; its events stay, with ids alone")
    func tenant() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant(findings: 5000)
            try await daemon.makeTenant(Scene.otherTenant, name: "Staying Ltd")
            let old: String = try #require(try await daemon.generate()["id"].string)
            let kept: String = try #require(try await daemon.generate(Scene.otherTenant)["id"].string)
            try await daemon.ctl("tenant", "rename", Scene.tenant, "Leaving Ltd").succeeded()
            try await daemon.ctl("tenant", "delete", Scene.tenant, input: Array("Leaving Ltd\n".utf8))
                .refused(64)
            let running = try await daemon.withClient { client in
                let response = try await client.generate(
                    Proto.GenerateRequest(tenant: Scene.tenant, includePII: false))
                _ = try await client.deleteTenant(Scene.tenant)
                return try #require(response.pack?.id)
            }
            #expect(try daemon.exportedFiles().count == 1)
            for id in [old, running] { try await daemon.ctl("show", id).refused(4, "NOT_FOUND") }
            try await daemon.ctl("tenant", "show", Scene.tenant).refused(4, "NOT_FOUND")
            try await daemon.ctl("download", kept, "-O", "kept.zip").succeeded()

            let actions = try await daemon.auditEvents("--pack", running).compactMap { $0["action"].string }
            // Where the machine was quick, the pack was complete before the tenant went; CancellationTests holds it on
            // the way.
            let isQuick = actions.contains("review_pack.complete")
            #expect(
                isQuick || actions == ["review_pack.request", "review_pack.cancel", "review_pack.fail"], "\(actions)")
            let log = try await daemon.ctl("audit", "list", "-o", "jsonl").succeeded().text
            for name in ["Leaving Ltd", Scene.tenantName, Scene.tenant] { #expect(!log.contains(name), "\(name)") }
            try await daemon.ctl("audit", "verify").succeeded()
        }
    }

    @Test("a workspace goes with all its tenants, and says so; scripts must say --yes")
    func workspace() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant(findings: 3)
            try await daemon.makeTenant(Scene.otherTenant, name: "Other Ltd")
            try await daemon.generate()
            let alone = try await daemon.ctl("tenant", "delete", Scene.otherTenant, "--yes").succeeded()
            #expect(
                alone.text == "Deleted tenant \(Scene.otherTenant) (Other Ltd) with 0 findings and 0 packs\n")
            try await daemon.ctl("workspace", "delete", Scene.workspace).refused(64)
            let result = try await daemon.ctl("workspace", "delete", Scene.workspace, "--yes").succeeded()
            #expect(result.text == "Deleted workspace \(Scene.workspace) with 1 tenants\n")
            #expect(try daemon.exportedFiles() == [])
            #expect(try await daemon.ctl("workspace", "list", "-o", "id").succeeded().text.isEmpty)
            try await daemon.ctl("workspace", "delete", Scene.workspace, "--yes").refused(4, "NOT_FOUND")
            try await daemon.makeTenant()
        }
    }
}

extension Daemon {
    /// The workspace and the tenant of the examples, with as many findings as asked for.
    func makeTenant(findings: Int) async throws {
        try await ctl("workspace", "create", Scene.workspace).succeeded()
        try await makeTenant(Scene.tenant, name: Scene.tenantName, findings: findings)
    }
}

extension CommandResult {
    /// Checks the exit code of what the client itself refuses, before any reason of the service.
    func refused(_ exit: Int32, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(self.exit == exit, "\(self)", sourceLocation: sourceLocation)
        #expect(output.isEmpty, "\(self)", sourceLocation: sourceLocation)
    }
}
