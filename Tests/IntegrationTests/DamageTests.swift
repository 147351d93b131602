import Foundation
import ReviewPackAPI
import TestTags
import Testing

/// A value that another program, or a bad disk, put in the place of another.
struct DamagedCell: Sendable, CustomTestStringConvertible {
    /// The statement that damages.
    var sql: String
    /// What the check calls the row, in front.
    var row: String
    /// A command that meets the row and is refused for it; nil where nothing has to be.
    var refused: [String]?

    var testDescription: String { sql }

    init(_ sql: String, _ row: String, refused: [String]? = nil) {
        self.sql = sql
        self.row = row
        self.refused = refused
    }

    static let all: [DamagedCell] = [
        .init("UPDATE workspace SET name = NULL", "workspace", refused: ["workspace", "list"]),
        .init("UPDATE tenant SET name = x'ff'", "tenant", refused: ["tenant", "list"]),
        .init("UPDATE tenant SET external_id = 7", "tenant", refused: ["list"]),
        .init("UPDATE tenant SET id = NULL", "tenant", refused: ["list"]),
        .init("UPDATE tenant SET findings_revision = 'x'", "tenant", refused: ["generate", Scene.tenant]),
        .init("UPDATE tenant SET findings_in_packs = -9223372036854775808, next_finding = -5", "tenant"),
        .init("UPDATE operation_run SET started_at = NULL", "operation_run", refused: operations),
        .init("UPDATE operation_run SET started_at = 9223372036854775807", "operation_run", refused: operations),
        .init("UPDATE operation_run SET status = 99, context = 7", "operation_run", refused: operations),
        .init("UPDATE operation_run SET id = 'short' WHERE number = 1", "operation_run", refused: operations),
        .init("UPDATE review_pack SET status = 'ready'", "review_pack"),
        .init("UPDATE review_pack SET options = '{'", "review_pack", refused: ["list"]),
        .init("UPDATE review_pack SET created_at = NULL, updated_at = x'00'", "review_pack", refused: ["list"]),
        .init("UPDATE review_pack SET retention_days = 9223372036854775807", "review_pack", refused: ["list"]),
        .init("UPDATE review_pack SET file_size = 9223372036854775807", "review_pack", refused: ["list"]),
        .init("UPDATE review_pack SET file_path = NULL", "review_pack", refused: ["list"]),
        .init("UPDATE review_pack SET expires_at = -9223372036854775807", "review_pack"),
        .init("UPDATE finding SET fingerprint = x'00' WHERE id = (SELECT min(id) FROM finding)", "finding"),
        .init("UPDATE finding SET severity = 77", "finding"),
        .init("UPDATE finding_count SET findings = 'x'", "finding_count", refused: ["tenant", "show", Scene.tenant]),
        .init("UPDATE finding SET status = NULL", "finding"),
        .init("UPDATE finding SET last_seen_at = 'yesterday'", "finding"),
        .init("UPDATE report SET fingerprint = NULL", "report", refused: ["generate", Scene.tenant]),
        .init(
            "UPDATE report SET measured_at = 'x', payload_bytes = -1", "report", refused: ["generate", Scene.tenant]),
        .init("UPDATE hardening SET last_checked_at = x'00'", "hardening", refused: ["generate", Scene.tenant]),
        .init("UPDATE hardening_canary SET result = NULL", "hardening_canary", refused: ["generate", Scene.tenant]),
        .init("UPDATE source_state SET passed = NULL", "source_state", refused: ["tenant", "show", Scene.tenant]),
        .init("UPDATE role_binding SET principal = NULL", "role_binding", refused: members),
        .init("UPDATE role_binding SET role = 'owner', created_at = NULL", "role_binding", refused: members),
        .init("UPDATE notification SET title = NULL", "notification", refused: ["notification", "list"]),
        .init("UPDATE notification SET id = x'00'", "notification", refused: ["notification", "list"]),
        .init(
            "UPDATE notification SET created_at = 9223372036854775807", "notification",
            refused: ["notification", "list"]),
        .init("UPDATE alert_rule SET created_at = NULL", "alert_rule"),
        .init("UPDATE pack_blocks SET digests = 5", "pack_blocks"),
    ]

    private static let operations = ["operation", "list", Scene.tenant]
    private static let members = ["member", "list", "--tenant", Scene.tenant]
}

@Suite("A damaged row", .tags(.durability))
struct DamageTests {
    /// A state with a row in each table; made once, copied for each test.
    private static let template = Task {
        let scratch = try Scratch()
        try await withDaemon(in: scratch) { daemon in
            try await daemon.makeTenant()
            try await daemon.importExamples()
            try await daemon.grant("viewer", to: ["--user", "61002"], in: ["--tenant", Scene.tenant])
            try await daemon.ctl(
                "alert-rule", "create", "--event", "scan.failed", "--user", "61002", "--tenant", Scene.tenant
            ).succeeded()
            try await daemon.generate()
        }
        return scratch
    }

    private static func copy() async throws -> Scratch {
        let scratch = try Scratch()
        try await run(
            "/bin/cp", ["-a", Daemon.stateDirectory(try await template.value), Daemon.stateDirectory(scratch)]
        ).succeeded()
        return scratch
    }

    @Test(
        "is refused by whoever meets it, named by a check, and takes nothing else with it",
        arguments: DamagedCell.all)
    func survives(_ cell: DamagedCell) async throws {
        let scratch = try await Self.copy()
        try await Surgery.damage(cell.sql, in: scratch)
        try await withDaemon(in: scratch) { daemon in
            for answer in try await daemon.probe(Self.everything(pack: daemon.readyPack()), as: .current) {
                // 14 would be a connection that broke, because the daemon ended.
                #expect(answer.code != 14 && answer.reason != "INTERNAL", "\(answer)")
            }
            for command in Self.commands {
                let result = try await daemon.ctl(command)
                #expect([0, 1, 4, 65].contains(result.exit), "\(result)")
            }
            if let refused = cell.refused { try await daemon.ctl(refused).refused(65, "DATABASE_DAMAGED") }
            let check = try await daemon.ctl("check", "--read-data", "-o", "json")
            #expect(check.exit == 65, "\(check)")
            let problems = try check.json()["problems"].array
            let named = problems.contains {
                $0["kind"].string == "database_damaged" && $0["subject"].string?.hasPrefix(cell.row + " ") == true
            }
            #expect(named, "\(check)")
            // What has nothing to do with the row is as it was.
            try await daemon.ctl("workspace", "create", "fabrikam").succeeded()
            try await daemon.ctl("health").succeeded()
            #expect(kill(daemon.pid, 0) == 0)
        }
    }

    /// What a pack is read, shown and listed by; each call is one that an administrator may make.
    private static func everything(pack: String) -> [RawCall] {
        typealias P = Proto
        let tenant = Scene.tenant
        let target = P.BindingTarget(kind: .tenant(tenant))
        return [
            RawCall(Methods.reviewPackServiceList, P.ListPacksRequest()),
            RawCall(Methods.reviewPackServiceGet, P.GetPackRequest(id: pack)),
            RawCall(Methods.reviewPackServiceGetCard, P.GetCardRequest(tenant: tenant)),
            RawCall(Methods.reviewPackServiceIssueDownloadToken, P.IssueDownloadTokenRequest(pack: pack)),
            RawCall(Methods.directoryServiceListWorkspaces, P.ListWorkspacesRequest()),
            RawCall(Methods.directoryServiceListTenants, P.ListTenantsRequest(withOverview: true)),
            RawCall(Methods.directoryServiceGetTenant, P.GetTenantRequest(tenant: tenant)),
            RawCall(Methods.directoryServiceListRoleBindings, P.ListRoleBindingsRequest(target: target)),
            RawCall(Methods.operationServiceList, P.ListOperationsRequest(tenant: tenant)),
            RawCall(Methods.notificationServiceListNotifications, P.ListNotificationsRequest()),
            RawCall(Methods.notificationServiceListAlertRules, P.ListAlertRulesRequest(target: target)),
            RawCall(Methods.maintenanceServiceListSchedules, P.ListSchedulesRequest()),
            RawCall(Methods.maintenanceServiceListAuditEvents, P.ListAuditEventsRequest()),
            RawCall(Methods.maintenanceServiceGetStats, P.GetStatsRequest()),
            RawCall(Methods.maintenanceServicePrune, P.PruneRequest()),
        ]
    }

    private static let commands = [
        ["import", "findings", Scene.tenant, "--format", "ocsf", example("findings-run-2.ocsf.json")],
        ["generate", Scene.tenant, "--no-pii", "--wait"],
    ]
}

extension Daemon {
    /// The pack of the template, by the name of its file: its row may be the damaged one.
    fileprivate func readyPack() throws -> String {
        let file = try #require(try exportedFiles().first { $0.hasSuffix(".zip") })
        return String(file.dropLast(4))
    }
}
