import Daemon
import ReviewPackAPI
import ReviewPackClient
import TestTags
import Testing

@Suite("Every audited method of the method table", .tags(.access))
struct AuditedMethodTests {
    @Test("leaves an event of its action, by its caller, about what it named")
    func events() async throws {
        try await withDaemon { daemon in
            let subjects = try await Self.callEachMethod(daemon)
            let events = try await daemon.withClient { client in
                var pages = client.auditEvents(Proto.ListAuditEventsRequest())
                var events: [Proto.AuditEvent] = []
                while let page = try await pages.next() { events += page }
                return events
            }
            let expected = Self.expected(subjects)
            // From the method table, so that a method that is new there is missed here.
            #expect(Set(expected.map(\.method)) == Set(MethodTable.rows.filter(\.isAudited).map(\.method)))
            for event in expected {
                let others = events.filter { $0.method == event.method.path }
                #expect(others.count { event.isTold(by: $0) } == 1, "\(event): \(others)")
            }
        }
    }

    /// Ids of what the calls named.
    private struct Subjects: Sendable {
        var workspace = ""
        var doomedWorkspace = ""
        var tenant = ""
        var doomedTenant = ""
        var pack = ""
        var cancelledPack = ""
    }

    /// One event that a method leaves.
    private struct Event {
        var method: AnyMethodSpec
        var action: String
        var workspace: String?
        var tenant: String?
        var pack: String?

        init<Request, Response>(
            _ method: MethodSpec<Request, Response>, _ action: String, in workspace: String? = nil,
            tenant: String? = nil, pack: String? = nil
        ) {
            self.method = method.erased
            self.action = action
            self.workspace = workspace
            self.tenant = tenant
            self.pack = pack
        }

        func isTold(by event: Proto.AuditEvent) -> Bool {
            event.method == method.path && event.action == action && event.outcome == "ok" && event.reason == nil
                && event.actor == "uid:\(Account.current.uid)" && event.onBehalfOf == nil
                && event.workspaceID == workspace && event.tenantID == tenant && event.packID == pack
        }
    }

    /// Calls each audited method, as an administrator, in a way that has an effect.
    private static func callEachMethod(_ daemon: Daemon) async throws -> Subjects {
        var of = Subjects()
        try await daemon.makeTenant()
        try await daemon.makeTenant(Scene.otherTenant, name: "Quiet Ltd")
        of.cancelledPack = try await daemon.cancelledPack(of: Scene.otherTenant).id
        of.pack = try #require(try await daemon.generate()["id"].string)
        var at = AccessTargets(
            doomedTenant: Scene.otherTenant, readyPack: of.pack, expiredPack: of.pack, operation: Scene.absentPack)
        at.doomedRule = try await AccessMatrixTests.makeAlertRule(daemon)
        (of, at.token) = try await daemon.withClient { [of] client in
            var of = of
            of.workspace = try #require(try await client.workspaces().first?.id)
            of.doomedWorkspace = try await client.createWorkspace(name: "doomed").id
            of.tenant = try #require(try await client.tenant(Scene.tenant).tenant?.id)
            of.doomedTenant = try #require(try await client.tenant(Scene.otherTenant).tenant?.id)
            return (of, try await client.issueDownloadToken(pack: of.pack).token)
        }
        // Those of the access matrix that have an effect there, too.
        let effective: Set<AnyMethodSpec> = [
            Methods.reviewPackServiceDownload.erased, Methods.reviewPackServiceReadChunk.erased,
            Methods.ingestServicePutHardening.erased, Methods.ingestServiceImportReport.erased,
            Methods.ingestServiceImportFindings.erased, Methods.ingestServiceImportOperations.erased,
            Methods.ingestServiceRecordScan.erased, Methods.directoryServiceGrantRole.erased,
            Methods.directoryServiceRevokeRole.erased, Methods.notificationServiceDeleteAlertRule.erased,
            Methods.directoryServiceDeleteTenant.erased, Methods.maintenanceServiceCheck.erased,
            Methods.maintenanceServiceBackup.erased,
        ]
        let rows = try accessRows(at, evidence: ExampleEvidence()).map(\.call).filter { effective.contains($0.method) }
        let calls =
            rows + [
                RawCall(
                    Methods.directoryServiceRenameTenant,
                    Proto.RenameTenantRequest(tenant: Scene.tenant, name: "Contoso AG")),
                RawCall(Methods.directoryServiceDeleteWorkspace, Proto.DeleteWorkspaceRequest(workspace: "doomed")),
                RawCall(
                    Methods.notificationServiceMarkNotificationsRead, Proto.MarkNotificationsReadRequest(all: true)),
                RawCall(Methods.reviewPackServiceExpire, Proto.ExpirePackRequest(id: of.pack)),
                RawCall(Methods.maintenanceServicePrune, Proto.PruneRequest()),
            ]
        for (call, answer) in zip(calls, try await daemon.probe(calls, as: .current)) {
            #expect(answer.verdict == .ok, "\(call.method.path): \(answer)")
        }
        return of
    }

    private static func expected(_ of: Subjects) -> [Event] {
        let (workspace, tenant, pack) = (of.workspace, of.tenant, of.pack)
        return [
            Event(
                Methods.reviewPackServiceGenerate, "review_pack.request", in: workspace, tenant: tenant, pack: pack),
            Event(
                Methods.reviewPackServiceIssueDownloadToken, "review_pack.token", in: workspace, tenant: tenant,
                pack: pack),
            Event(
                Methods.reviewPackServiceDownload, "review_pack.download", in: workspace, tenant: tenant, pack: pack),
            Event(
                Methods.reviewPackServiceReadChunk, "review_pack.download", in: workspace, tenant: tenant, pack: pack),
            Event(Methods.reviewPackServiceExpire, "review_pack.expire", in: workspace, tenant: tenant, pack: pack),
            Event(
                Methods.reviewPackServiceCancel, "review_pack.cancel", in: workspace, tenant: of.doomedTenant,
                pack: of.cancelledPack),
            Event(Methods.ingestServicePutHardening, "hardening.put", in: workspace, tenant: tenant),
            Event(Methods.ingestServiceImportReport, "report.import", in: workspace, tenant: tenant),
            Event(Methods.ingestServiceImportFindings, "findings.import", in: workspace, tenant: tenant),
            Event(Methods.ingestServiceImportOperations, "operations.import", in: workspace, tenant: tenant),
            Event(Methods.ingestServiceRecordScan, "scan.record", in: workspace, tenant: tenant),
            Event(Methods.directoryServiceCreateWorkspace, "workspace.create", in: workspace),
            Event(Methods.directoryServiceDeleteWorkspace, "workspace.delete", in: of.doomedWorkspace),
            Event(Methods.directoryServiceCreateTenant, "tenant.create", in: workspace, tenant: tenant),
            Event(Methods.directoryServiceRenameTenant, "tenant.rename", in: workspace, tenant: tenant),
            Event(Methods.directoryServiceDeleteTenant, "tenant.delete", in: workspace, tenant: of.doomedTenant),
            Event(Methods.directoryServiceGrantRole, "binding.grant", tenant: tenant),
            Event(Methods.directoryServiceGrantRole, "binding.grant", in: workspace),
            Event(Methods.directoryServiceGrantRole, "binding.grant"),
            Event(Methods.directoryServiceRevokeRole, "binding.revoke", tenant: tenant),
            Event(Methods.directoryServiceRevokeRole, "binding.revoke", in: workspace),
            Event(Methods.directoryServiceRevokeRole, "binding.revoke"),
            Event(Methods.notificationServiceCreateAlertRule, "alert_rule.create", tenant: tenant),
            Event(Methods.notificationServiceDeleteAlertRule, "alert_rule.delete", tenant: tenant),
            Event(Methods.notificationServiceMarkNotificationsRead, "notification.read"),
            Event(Methods.maintenanceServicePrune, "system.prune"),
            Event(Methods.maintenanceServiceCheck, "system.check"),
            Event(Methods.maintenanceServiceBackup, "system.backup"),
        ]
    }
}
