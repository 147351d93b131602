import Domain
import Foundation
import GRDB
import TestTags
import Testing

@testable import Storage

@Suite("Alerts that time makes due", .tags(.upkeep))
struct TimedAlertTests {
    @Test("a pack's notice is due from the notice's days before its expiry until that, and never with 0 days")
    func expiring() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let pack = try await test.pack(.ready, of: tenant)
        let expiresAt = try #require(pack.expiresAt)
        func due(_ milliseconds: Int64, days: Int = 7) -> Int {
            TimedAlerts.expiring([pack], now: expiresAt.advanced(byMilliseconds: milliseconds), noticeDays: days).count
        }
        let week: Int64 = 7 * 86_400_000
        let counts: [Int] = [due(-week - 1), due(-week), due(-1), due(0), due(1), due(-1, days: 0)]
        #expect(counts == [0, 1, 1, 0, 0, 0])
        let alert = try #require(TimedAlerts.expiring([pack], now: expiresAt.advanced(byDays: -1), noticeDays: 7).first)
        #expect(alert.alert.packID == pack.id && alert.alert.event == .packExpiring)
        #expect(alert.alert.action == "reviewpackctl show \(pack.id)")
    }

    @Test("a scan is overdue once for each last success, and never when it has not succeeded yet")
    func stale() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let success = test.clock.now
        func keys(_ history: RunHistory, hours: Int) -> [String] {
            TimedAlerts.stale(
                [TenantScans(tenant: tenant, scans: [.entraAdminRoles: history])],
                now: success.advanced(byMinutes: hours * 60), staleAfterHours: 48
            ).map(\.key)
        }
        let succeeded = RunHistory(lastRunAt: success, lastOutcome: .succeeded, lastSuccessAt: success)
        var failing = succeeded
        failing.lastRunAt = success.advanced(byDays: 1)
        failing.lastOutcome = .failed
        #expect(keys(succeeded, hours: 48) == [])
        #expect(keys(succeeded, hours: 49) == ["scan.stale:\(tenant.id):entra.admin_roles:\(success.rawValue)"])
        #expect(keys(failing, hours: 49) == keys(succeeded, hours: 490))
        #expect(keys(RunHistory(lastRunAt: success, lastOutcome: .failed), hours: 490) == [])
    }

    @Test("an alert that is evaluated again and again is raised once, also after a restart")
    func once() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        _ = try await test.store.createAlertRule(
            .scanStale, scope: .workspace(tenant.workspaceID), receiver: .user(uid: 5), stamp: TestStore.owner)
        let due = TimedAlert(
            alert: Alert(
                event: .scanStale, workspaceID: tenant.workspaceID, tenantID: tenant.id, title: "Stale", body: "Old"),
            key: "k")
        #expect(try await test.store.raise([due, due]) == 1)
        let again = try await test.reopened()
        #expect(try await again.store.raise([due]) == 0)
        #expect(try await again.store.unreadCount(for: [.user(uid: 5)]) == 1)
        test.clock.advance(days: 1)
        try await again.store.forgetAlertMarks(before: test.clock.now)
        #expect(try await again.store.raise([due]) == 1)
    }

    @Test("packs that expire soon are read in batches, by their expiry, each once")
    func batches() async throws {
        let test = try TestStore()
        var made: [PackID] = []
        for number in 0..<5 {
            let tenant = try await test.tenant("Tenant \(number)", number: UInt64(number + 1))
            made.append(try await test.pack(.ready, of: tenant).id)
            // Two of them expire in the same millisecond.
            if number != 2 { test.clock.advance(minutes: 1) }
        }
        let limit = test.clock.now.advanced(byDays: 365)
        var found: [PackID] = []
        var last: PackRecord?
        repeat {
            let packs = try await test.store.packs(
                expiringAfter: test.clock.now, until: limit, after: last, count: 2)
            found += packs.items.map(\.id)
            last = packs.next
        } while last != nil
        #expect(found.count == 5 && Set(found) == Set(made))
        #expect(found.first == made.first && found.last == made.last)
    }
}
