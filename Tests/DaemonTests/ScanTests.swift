import Domain
import ReviewPackAPI
import Storage
import TestTags
import Testing

@testable import Daemon

@Suite("Recording scans", .tags(.evidence))
struct RecordScanTests {
    private func request(
        _ service: ServiceFixture, reason: String? = nil, startedAt: UnixMillis? = nil
    ) -> Proto.RecordScanRequest {
        Proto.RecordScanRequest(
            tenant: ServiceFixture.contoso, type: .permissionPosture, startedAt: startedAt ?? service.now,
            reasonCode: reason)
    }

    @Test("every reason of the closed list is taken, and shows in the operation run")
    func reasons() async throws {
        let service = try ServiceFixture()
        try await service.makeTenant()
        for reason in ScanFailure.allCases {
            let id = try await service.call(
                Methods.ingestServiceRecordScan, request(service, reason: reason.rawValue)
            ).operationRunID
            let run = try await service.call(Methods.operationServiceGet, Proto.GetOperationRequest(id: id)).operation
            #expect(run?.reasonCode == reason.rawValue && run?.outcome == .failed)
            #expect(run?.type == "tenant.permission_posture.scan")
        }
    }

    @Test("what cannot be meant is refused with its field's name")
    func refusals() async throws {
        let service = try ServiceFixture()
        try await service.makeTenant()
        var untyped = request(service)
        untyped.type = .unspecified
        var unstarted = request(service)
        unstarted.startedAt = nil
        var strange = request(service)
        strange.importRunID = "01a1b2c3-d4e5-7f60-8a9b-0c1d2e3f4a5b"
        let tooEarly = request(service, startedAt: service.now.advanced(byDays: -7).advanced(byMilliseconds: -1))
        let tooLate = request(service, startedAt: service.now.advanced(byMinutes: 5).advanced(byMilliseconds: 1))
        #expect(
            await service.reason { _ = try await service.call(Methods.ingestServiceRecordScan, tooLate) }
                == "TIME_IN_FUTURE")
        for wrong in [untyped, unstarted, strange, tooEarly, request(service, reason: "bad luck")] {
            #expect(
                await service.reason { _ = try await service.call(Methods.ingestServiceRecordScan, wrong) }
                    == "INVALID_FIELD", "\(wrong)")
        }
        for right in [
            request(service, startedAt: service.now.advanced(byDays: -7)),
            request(service, startedAt: service.now.advanced(byMilliseconds: 60_000)),
        ] { _ = try await service.call(Methods.ingestServiceRecordScan, right) }
    }

    @Test("who may not import is refused before anything is looked at")
    func access() async throws {
        let service = try ServiceFixture()
        try await service.makeTenant()
        try await service.grant(.viewer, to: .user(uid: 7))
        try await service.grant(.collector, to: .user(uid: 8))
        let wrong = Proto.RecordScanRequest(tenant: ServiceFixture.contoso)
        func reason(_ uid: UInt32) async -> String? {
            await service.reason {
                _ = try await service.call(Methods.ingestServiceRecordScan, wrong, as: ServiceFixture.peer(uid))
            }
        }
        #expect(await reason(6) == "NOT_FOUND")
        #expect(await reason(7) == "CAPABILITY_REQUIRED")
        #expect(await reason(8) == "INVALID_FIELD")
    }
}

@Suite("Schedules", .tags(.evidence))
struct ScheduleTests {
    private func list(
        _ service: ServiceFixture, _ request: Proto.ListSchedulesRequest = .init(), uid: UInt32 = 0
    ) async throws -> [Proto.Schedule] {
        try await service.call(
            Methods.maintenanceServiceListSchedules, request, as: ServiceFixture.peer(uid)
        ).schedules
    }

    @Test("a scan shows its last run, its last success, and the next run a day after the last")
    func life() async throws {
        let service = try ServiceFixture()
        try await service.makeTenant()
        let first = service.now
        var request = Proto.RecordScanRequest(
            tenant: ServiceFixture.contoso, type: .permissionPosture, startedAt: first)
        _ = try await service.call(Methods.ingestServiceRecordScan, request)
        service.advance(days: 1)
        request.startedAt = service.now
        request.reasonCode = "timeout"
        _ = try await service.call(Methods.ingestServiceRecordScan, request)
        let schedules = try await list(service, Proto.ListSchedulesRequest(tenant: ServiceFixture.contoso))
        #expect(schedules.map(\.name) == ["permission_posture", "entra.admin_roles"])
        let posture = schedules[0]
        #expect(posture.lastRunAt == service.now && posture.nextRunAt == service.now.advanced(byDays: 1))
        #expect(posture.lastOutcome == "failed" && posture.reasonCode == "timeout" && posture.lastSuccessAt == first)
        #expect(!posture.stale && !schedules[1].stale && schedules[1].lastRunAt == nil)
        service.advance(days: 1, milliseconds: 1)
        #expect(
            try await list(service, Proto.ListSchedulesRequest(tenant: ServiceFixture.contoso)).map(\.stale)
                == [true, true])
    }

    @Test("a member sees its tenants alone, whatever the role, and prune only who may prune")
    func visibility() async throws {
        let service = try ServiceFixture()
        try await service.makeTenant()
        try await service.makeTenant(ServiceFixture.fabrikam, name: "Fabrikam")
        try await service.grant(.collector, to: .user(uid: 8))
        var grant = Proto.GrantRoleRequest(principal: Proto.Principal(kind: .uid(9)), role: .pruner)
        grant.target = Proto.BindingTarget(kind: .system(true))
        _ = try await service.call(Methods.directoryServiceGrantRole, grant)
        func seen(_ uid: UInt32) async throws -> [String] {
            try await list(service, uid: uid).map { ($0.tenantName ?? "") + "/" + $0.name }
        }
        #expect(
            try await seen(0) == [
                "/prune", "Contoso Ltd/permission_posture", "Contoso Ltd/entra.admin_roles",
                "Fabrikam/permission_posture", "Fabrikam/entra.admin_roles",
            ])
        #expect(try await seen(8) == ["Contoso Ltd/permission_posture", "Contoso Ltd/entra.admin_roles"])
        #expect(try await seen(9) == ["/prune"])
        #expect(try await seen(6) == [])
        for tenant in [ServiceFixture.fabrikam, "11111111-2222-4333-8444-555555555555"] {
            #expect(
                await service.reason { _ = try await list(service, Proto.ListSchedulesRequest(tenant: tenant), uid: 8) }
                    == "NOT_FOUND")
        }
    }

    @Test("pages hold tenants, and prune stands on the first alone")
    func pages() async throws {
        let service = try ServiceFixture()
        try await service.makeTenant()
        try await service.makeTenant(ServiceFixture.fabrikam, name: "Fabrikam")
        var request = Proto.ListSchedulesRequest(pageSize: 1)
        let first = try await service.call(Methods.maintenanceServiceListSchedules, request)
        #expect(first.schedules.map(\.name) == ["prune", "permission_posture", "entra.admin_roles"])
        request.pageToken = first.nextPageToken
        let second = try await service.call(Methods.maintenanceServiceListSchedules, request)
        #expect(second.schedules.map(\.tenantName) == ["Fabrikam", "Fabrikam"] && second.nextPageToken.isEmpty)
    }

    @Test("prune is overdue when it never ran, and two days after it did")
    func prune() async throws {
        let service = try ServiceFixture()
        #expect(try await list(service).map(\.stale) == [true])
        _ = try await service.call(Methods.maintenanceServicePrune, Proto.PruneRequest())
        #expect(try await list(service).map(\.stale) == [false])
        service.advance(days: 2, milliseconds: 1)
        #expect(try await list(service).map(\.stale) == [true])
    }
}

@Suite("The hourly evaluation of alerts", .tags(.upkeep))
struct AlertEvaluationTests {
    @Test("raises each expiring pack and each overdue scan once, in any number of batches", arguments: [1, 200])
    func once(batch: Int) async throws {
        let service = try ServiceFixture()
        let tenants = [ServiceFixture.contoso, ServiceFixture.fabrikam]
        for tenant in tenants {
            try await service.makeTenant(tenant, name: tenant)
            _ = try await service.makePack(.ready, tenant: tenant)
            for type in [Proto.ReportType.permissionPosture, .entraAdminRoles] {
                _ = try await service.call(
                    Methods.ingestServiceRecordScan,
                    Proto.RecordScanRequest(tenant: tenant, type: type, startedAt: service.now))
            }
        }
        let evaluation = service.alerts(batch: batch)
        #expect(try await evaluation.run() == 0)
        service.advance(days: 2, minutes: 1)
        #expect(try await evaluation.run() == 4)
        #expect(try await evaluation.run() == 0)
        service.advance(days: 85)
        #expect(try await evaluation.run() == 2)
        service.advance(days: 10)
        #expect(try await evaluation.run() == 0)
    }

    @Test("a scan that succeeds again is told of again when it is overdue again")
    func again() async throws {
        let service = try ServiceFixture()
        try await service.makeTenant()
        let evaluation = service.alerts()
        for _ in 0..<2 {
            _ = try await service.call(
                Methods.ingestServiceRecordScan,
                Proto.RecordScanRequest(
                    tenant: ServiceFixture.contoso, type: .permissionPosture, startedAt: service.now))
            #expect(try await evaluation.run() == 0)
            service.advance(days: 3)
            #expect(try await evaluation.run() == 1)
        }
    }

    @Test("no days of notice give none")
    func withoutNotice() async throws {
        var settings = Settings()
        settings.expiringNoticeDays = 0
        let service = try ServiceFixture(settings: settings)
        try await service.makeTenant()
        _ = try await service.makePack(.ready)
        service.advance(days: 89)
        #expect(try await service.alerts().run() == 0)
    }
}
