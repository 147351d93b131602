import Domain
import Evidence
import GRDB
import TestTags
import Testing

@testable import Storage

@Suite("A page of a list", .tags(.limits))
struct PageTests {
    @Test(
        "ends at its limit or where its items pass a mebibyte, and names its last one when there is more",
        arguments: [
            ([10, 20, 30], 5, [10, 20, 30], nil), ([10, 20, 30], 3, [10, 20, 30], nil),
            ([10, 20, 30], 2, [10, 20], 20), ([], 2, [], nil),
            ([1 << 19, 1 << 19, 1], 9, [1 << 19, 1 << 19], 1 << 19),
            // One that is too large by itself is a page all the same: nothing may keep a list from going on.
            ([1 << 21, 5, 1 << 21], 9, [1 << 21], 1 << 21), ([1 << 21], 9, [1 << 21], nil),
        ] as [([Int], Int, [Int], Int?)])
    func cut(sizes: [Int], limit: Int, items: [Int], next: Int?) {
        var rest = sizes[...]
        let page = PageResult<Int, Int>(
            limit: limit, reading: { rest.popFirst() }, bytes: { $0 }, cursor: { $0 })
        #expect(page.items == items && page.next == next)
    }

    @Test("of runs with contexts of the greatest size fits into a message, and page by page none is missing")
    func runs() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let context = #"{"text":"\#(String(repeating: "x", count: 60 << 10))"}"#
        let ids = (0..<80).map { OperationRunID(high: 7, low: $0) }
        let lines = ids.map { Runs.line($0, context: context) }.joined()
        #expect(try await test.importOperations(lines, into: tenant).counts.inserted == 80)
        var seen: [OperationRunID] = []
        var page = PageRequest<OperationCursor>(limit: 1000)
        while true {
            let result = try await test.store.listOperationRuns(
                OperationFilter(tenantID: tenant.id), visible: .everything, page: page)
            #expect(result.items.reduce(0) { $0 + $1.run.context.utf8.count } <= 1 << 20)
            seen += result.items.map(\.run.id).filter { $0.value.high == 7 }
            guard let next = result.next else { break }
            page.after = next
        }
        #expect(seen == ids.reversed())
    }

    /// Reads a list to its end in pages as large as they may be; returns how many items came on how many pages.
    private func read<Item, Cursor>(
        _ list: (PageRequest<Cursor>) async throws -> PageResult<Item, Cursor>
    ) async throws -> (items: Int, pages: Int) {
        var page = PageRequest<Cursor>(limit: 1000)
        var seen = (items: 0, pages: 0)
        while true {
            let result = try await list(page)
            seen = (seen.items + result.items.count, seen.pages + 1)
            guard let next = result.next else { return seen }
            page.after = next
        }
    }

    /// A subject and a name of the greatest length.
    private static let subject = String(repeating: "s", count: 250)
    private static func name(_ number: Int) -> String { "\(number)-" + String(repeating: "n", count: 190) }

    @Test("of tenants with overviews is cut where the overviews of tenants with many sources pass a mebibyte")
    func overviews() async throws {
        let test = try TestStore()
        for number in 0..<12 {
            let tenant = try await test.tenant(Self.name(number), number: UInt64(number + 1))
            try await test.store.write { transaction in
                let key = try TenantKey.require(tenant.id, transaction.database)
                for source in 0..<64 {
                    try transaction.noteSource(
                        "\(source)" + String(repeating: "x", count: 1500), tenant: key.number,
                        toolVersion: String(repeating: "v", count: 250), runID: String(repeating: "r", count: 250),
                        runAt: transaction.now)
                }
            }
        }
        let seen = try await read { page in
            let result = try await test.store.listTenantOverviews(
                workspace: nil, visible: .everything, page: page, isViewable: { _ in true })
            #expect(result.items.reduce(0) { $0 + ($1.overview?.listedBytes ?? 0) } <= 1 << 20)
            return result
        }
        #expect(seen.items == 12 && seen.pages == 2)
        let names = try await read {
            try await test.store.listTenantOverviews(
                workspace: nil, visible: .everything, page: $0, isViewable: { _ in false })
        }
        #expect(names == (items: 12, pages: 1))
    }

    @Test("of the largest rows of every other list fits into a message")
    func rows() async throws {
        let test = try TestStore {
            $0.alertRulesPerScope = 5000
            $0.roleBindingsPerScope = 5000
        }
        let tenant = try await test.tenant()
        let scope = AccessScope.tenant(tenant.id)
        let stamp = ActionStamp(
            actor: Actor(uid: 1, onBehalfOf: ExactText(Self.subject)),
            method: "reviewpack.v1.DirectoryService/GrantRole")
        let count = 1500
        try await test.store.write { transaction in
            for number in 0..<count {
                let name = Self.name(number)
                try transaction.execute(
                    """
                    INSERT INTO role_binding (principal, role, scope, tenant, created_at, created_on_behalf_of)
                    VALUES (?, 1, 3, 1, 0, ?)
                    """, ["subject:\(number)\(Self.subject)", Self.subject])
                try transaction.execute(
                    """
                    INSERT INTO alert_rule (id, scope, tenant, event, receiver, created_at, created_on_behalf_of)
                    VALUES (?, 3, 1, 'scan.failed', ?, 0, ?)
                    """, [transaction.newID() as AlertRuleID, "subject:\(number)\(Self.subject)", Self.subject])
                try transaction.execute(
                    """
                    INSERT INTO notification (id, recipient, receiver, kind, title, body, created_at)
                    VALUES (?, 'uid:5', ?, 'scan.failed', ?, ?, 0)
                    """,
                    [
                        transaction.newID() as NotificationID, Principal.user(uid: 5).receiverNumber, name,
                        String(repeating: "b", count: 2000),
                    ])
                try transaction.execute(
                    "INSERT INTO workspace (id, name, created_at) VALUES (?, ?, 0)",
                    [transaction.newID() as WorkspaceID, name])
                try transaction.execute(
                    """
                    INSERT INTO tenant (id, workspace, external_id, name, folded_name, created_at, updated_at,
                        findings_revision) VALUES (?, 1, ?, ?, ?, 0, 0, zeroblob(32))
                    """, [transaction.newID() as TenantID, transaction.newID() as TenantExternalID, name, name])
                try transaction.audit(
                    AuditEntry(.grantRole, details: ["principal": String(repeating: "p", count: 1500)]), stamp)
            }
        }
        let store = test.store
        let bindings = try await read { try await store.listBindings(of: scope, page: $0) }
        let rules = try await read { try await store.listAlertRules(of: scope, page: $0) }
        let notifications = try await read {
            try await store.listNotifications(for: [.user(uid: 5)], unreadOnly: true, page: $0)
        }
        let workspaces = try await read { try await store.listWorkspaces(visible: .everything, page: $0) }
        let tenants = try await read { try await store.listTenants(workspace: nil, visible: .everything, page: $0) }
        let scans = try await read { try await store.listTenantScans(visible: .everything, page: $0) }
        let events = try await read { try await store.listAuditEvents(AuditFilter(), page: $0) }
        #expect(bindings.items == count && rules.items == count && notifications.items == count)
        #expect(workspaces.items == count + 1 && tenants.items == count + 1 && scans.items == count + 1)
        #expect(events.items == count + 2)
        // Two pages would do if rows alone counted.
        #expect(notifications.pages > 2 && scans.pages > 2 && events.pages > 2)
    }
}
