import Foundation
import TestTags
import Testing

@Suite("Prune, with real processes", .tags(.upkeep))
struct PruneTests {
    @Test("expires what is past its time and then, past its grace, deletes its row; other packs stay")
    func life() async throws {
        let scratch = try Scratch()
        let (due, kept) = try await withDaemon(in: scratch) { daemon in
            try await daemon.makeTenant()
            try await daemon.makeTenant(Scene.otherTenant, name: "Quiet Ltd")
            let due: String = try #require(try await daemon.generate()["id"].string)
            let kept: String = try #require(try await daemon.generate(Scene.otherTenant)["id"].string)
            return (due, kept)
        }
        try await Surgery.perform(
            "UPDATE review_pack SET expires_at = 1000 WHERE id = \(Surgery.blob(due))", in: scratch)
        try await withDaemon(in: scratch) { daemon in
            #expect(try await daemon.pack(due)["status"].string == "expired", "before any prune ran")
            try await daemon.ctl("token", due).refused(4, "PACK_EXPIRED")
            let plan = try await daemon.ctl("prune", "--dry-run").succeeded()
            #expect(plan.lines.count == 2 && plan.lines[1].hasPrefix("\(due.suffix(8))  expire"), "\(plan)")
            #expect(plan.errors.contains("1 packs expired, 0 packs hard-deleted"), "\(plan)")
            #expect(try daemon.exportedFiles().count == 2, "a dry run changes nothing")

            #expect(try await daemon.ctl("prune").succeeded().text == "1 packs expired, 0 packs hard-deleted\n")
            #expect(try daemon.exportedFiles().count == 1)
            #expect(try await daemon.ctl("prune").succeeded().text == "0 packs expired, 0 packs hard-deleted\n")
            #expect(try await daemon.ctl("prune", "--hard-delete").succeeded().text.hasSuffix("0 packs hard-deleted\n"))
            #expect(try await daemon.pack(due)["status"].string == "expired", "its row is kept for the grace period")
        }
        try await Surgery.perform("UPDATE review_pack SET updated_at = 1000 WHERE status = 5", in: scratch)
        try await withDaemon(in: scratch) { daemon in
            #expect(try await daemon.ctl("prune").succeeded().text == "0 packs expired, 0 packs hard-deleted\n")
            let hard = try await daemon.ctl("prune", "--hard-delete").succeeded()
            #expect(hard.text == "0 packs expired, 1 packs hard-deleted\n")
            try await daemon.ctl("show", due).refused(4, "NOT_FOUND")
            try await daemon.ctl("download", kept, "-O", "kept.zip").succeeded()
            #expect(try await daemon.auditEvents("--action", "system.prune").count == 5)
            try await daemon.ctl("audit", "verify").succeeded()
        }
    }

    @Test("a clock far past the last prune deletes nothing and says so on standard error, until --force")
    func clock() async throws {
        let scratch = try Scratch()
        let old = try await withDaemon(in: scratch) { daemon in
            try await daemon.makeTenant()
            let id: String = try #require(try await daemon.generate()["id"].string)
            try await daemon.ctl("expire", id, "--yes").succeeded()
            try await daemon.ctl("prune").succeeded()
            return id
        }
        try await Surgery.perform(
            """
            UPDATE review_pack SET updated_at = 1000 WHERE status = 5;
            UPDATE operation_run SET started_at = started_at - 40 * 86400000 WHERE tenant IS NULL;
            """, in: scratch)
        try await withDaemon(in: scratch) { daemon in
            let careful = try await daemon.ctl("prune", "--hard-delete").succeeded()
            #expect(careful.text == "0 packs expired, 0 packs hard-deleted\n")
            #expect(careful.errors.hasPrefix("warning: ") && careful.errors.contains("--force"), "\(careful)")
            #expect(try await daemon.pack(old)["status"].string == "expired")
        }
        try await Surgery.perform(
            "UPDATE operation_run SET started_at = 1000 WHERE tenant IS NULL", in: scratch)
        try await withDaemon(in: scratch) { daemon in
            let forced = try await daemon.ctl("prune", "--hard-delete", "--force").succeeded()
            #expect(forced.text == "0 packs expired, 1 packs hard-deleted\n")
            #expect(forced.errors.isEmpty, "\(forced)")
        }
    }

    @Test("of prunes at once each ends with its line or with 75, and together they expire every pack once")
    func atOnce() async throws {
        let scratch = try Scratch()
        let packs = try await withDaemon(in: scratch) { daemon in
            try await daemon.ctl("workspace", "create", Scene.workspace).succeeded()
            for number in 1...6 {
                let tenant = "aaaaaaaa-0000-4000-8000-00000000000\(number)"
                try await daemon.makeTenant(tenant, name: "Tenant \(number)")
                try await daemon.generate(tenant)
                try await daemon.generate(tenant, "--no-pii")
            }
            return try daemon.exportedFiles().count
        }
        try await Surgery.perform("UPDATE review_pack SET expires_at = 1000", in: scratch)
        try await withDaemon(in: scratch) { daemon in
            let results = try await withThrowingTaskGroup(of: CommandResult.self) { group in
                for _ in 0..<8 { group.addTask { try await daemon.ctl("prune", "-o", "json") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for result in results where result.exit != 0 { result.refused(75, "PRUNE_IN_PROGRESS") }
            let expired = try results.filter { $0.exit == 0 }.map { try $0.json()["expired"].int ?? 0 }
            #expect(expired.reduce(0, +) == packs && packs == 12)
            #expect(try daemon.exportedFiles() == [])
            #expect(try await daemon.auditEvents("--action", "review_pack.expire").count == packs)
        }
    }
}
