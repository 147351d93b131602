import Foundation
import TestTags
import Testing

@Suite("The audit log, with real processes", .tags(.upkeep))
struct AuditTests {
    @Test("holds the events of a pack's life, filtered as asked, and verifies")
    func contents() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let pack: String = try #require(try await daemon.generate()["id"].string)
            try await daemon.ctl("download", pack, "-O", "pack.zip").succeeded()
            try await daemon.ctl("expire", pack, "--yes").succeeded()
            try await daemon.ctl("prune").succeeded()

            let all = try await daemon.auditEvents()
            #expect(all.compactMap { $0["seq"].int } == Array(1...all.count))
            let actions = all.compactMap { $0["action"].string }
            #expect(
                actions == [
                    "workspace.create", "tenant.create", "review_pack.request", "review_pack.complete",
                    "review_pack.token", "review_pack.download", "review_pack.expire", "system.prune",
                ])
            #expect(try await daemon.auditEvents("--pack", pack).count == 5)
            #expect(try await daemon.auditEvents("--tenant", Scene.tenant).count == 6)
            #expect(try await daemon.auditEvents("--action", "system.prune").count == 1)
            #expect(try await daemon.auditEvents("--user", "\(geteuid())", "--outcome", "ok").count == all.count)
            #expect(try await daemon.auditEvents("--outcome", "failed").isEmpty)
            #expect(try await daemon.auditEvents("--before", "2001-01-01").isEmpty)
            #expect(try await daemon.auditEvents("--after", "2001-01-01").count == all.count)
            let newest = try await daemon.ctl("audit", "list", "--newest-first", "--limit", "2", "-o", "id").succeeded()
            #expect(newest.lines == ["\(all.count)", "\(all.count - 1)"])
            let lines = try await daemon.ctl("audit", "list", "-o", "jsonl").succeeded().lines
            #expect(lines.count == all.count)

            let verified = try await daemon.ctl("audit", "verify", "-o", "json").succeeded().json()
            #expect(verified["intact"].bool == true && verified["events"].int == all.count)
            #expect(verified["head_hash"].string == all.last?["hash"].string)
        }
    }

    @Test("stays readable when an event has a time that is none: the event is marked, and verify names it")
    func impossibleTime() async throws {
        let scratch = try Scratch()
        try await withDaemon(in: scratch) { try await $0.makeTenant() }
        try await Surgery.perform(
            """
            DROP TRIGGER audit_event_keeps; DROP TRIGGER audit_event_stays;
            UPDATE audit_event SET at = 9223372036854775807 WHERE seq = 1
            """, in: scratch)
        try await withDaemon(in: scratch) { daemon in
            let events = try await daemon.auditEvents()
            #expect(events.compactMap { $0["seq"].int } == [1, 2])
            #expect(events[0]["at"].isNull && events[1]["at"].string != nil, "\(events)")
            let table = try await daemon.ctl("audit", "list").succeeded()
            #expect(table.text.contains("damaged"), "\(table)")
            let result = try await daemon.ctl("audit", "verify")
            result.refused(65, "AUDIT_BROKEN")
            #expect(result.text.contains("event 1 was changed"), "\(result)")
        }
    }

    @Test(
        "names an event that was changed, removed or moved behind the daemon's back, and exits 65",
        arguments: [
            ("UPDATE audit_event SET action = 'tenant.rename' WHERE seq = 2", "event 2 was changed"),
            ("DELETE FROM audit_event WHERE seq = 2", "event 2 is missing"),
            ("DELETE FROM audit_event WHERE seq = 3", "the events from 3 on are missing"),
            (
                """
                UPDATE audit_event SET seq = 99 WHERE seq = 1; UPDATE audit_event SET seq = 1 WHERE seq = 2;
                UPDATE audit_event SET seq = 2 WHERE seq = 99
                """, "event 1 does not continue the one before it"
            ),
        ])
    func damage(sql: String, fault: String) async throws {
        let scratch = try Scratch()
        try await withDaemon(in: scratch) { daemon in
            try await daemon.makeTenant()
            try await daemon.ctl("tenant", "rename", Scene.tenant, "Contoso AG").succeeded()
            try await daemon.ctl("audit", "verify").succeeded()
        }
        try await Surgery.perform(
            "DROP TRIGGER audit_event_keeps; DROP TRIGGER audit_event_stays; \(sql)", in: scratch)
        try await withDaemon(in: scratch) { daemon in
            let result = try await daemon.ctl("audit", "verify")
            result.refused(65, "AUDIT_BROKEN")
            #expect(result.text.contains(fault) && result.errors.contains(fault), "\(result)")
        }
    }
}
