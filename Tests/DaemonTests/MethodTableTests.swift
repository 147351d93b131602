import Domain
import ReviewPackAPI
import TTRPC
import TestTags
import Testing

@testable import Daemon

@Suite("The method table", .tags(.access, .wire))
struct MethodTableTests {
    @Test("has exactly the methods of the service definitions, each once")
    func complete() {
        #expect(MethodTable.rows.map(\.method.path).sorted() == Methods.all.map(\.path).sorted())
    }

    @Test("a method without a row, or with two, is found")
    func faults() {
        #expect(MethodTable.faults(in: MethodTable.rows) == [])
        let rows = MethodTable.rows
        #expect(MethodTable.faults(in: Array(rows.dropFirst())) == [rows[0].method])
        #expect(MethodTable.faults(in: rows + [rows[3]]) == [rows[3].method])
    }

    @Test("and the service does not start with it")
    func incomplete() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.exitStatus]) {
            _ = Dispatcher(core: try ServiceFixture().core, rows: Array(MethodTable.rows.dropFirst()))
        }
        // A precondition ends the process by a signal; an error of the fixture would by an exit code.
        if case .exitCode(let code) = result?.exitStatus { Issue.record("exit code \(code)") }
    }

    @Test("only health, the caller itself and lists of what the caller is a member of are open to anyone")
    func open() {
        #expect(
            MethodTable.rows.filter { $0.access == .anyone }.map(\.method.path).sorted() == [
                "grpc.health.v1.Health/Check", "grpc.health.v1.Health/Watch",
                "reviewpack.v1.DirectoryService/ListTenants", "reviewpack.v1.DirectoryService/ListWorkspaces",
                "reviewpack.v1.DirectoryService/WhoAmI", "reviewpack.v1.MaintenanceService/ListSchedules",
                "reviewpack.v1.NotificationService/ListAlertEvents",
                "reviewpack.v1.NotificationService/ListNotifications",
                "reviewpack.v1.NotificationService/MarkNotificationsRead",
            ])
    }

    @Test("every method that changes something is audited")
    func audited() {
        let readers = ["List", "Get", "Watch", "GetCard", "Check", "WhoAmI", "Verify"]
        for row in MethodTable.rows where !readers.contains(where: { row.method.name.hasPrefix($0) }) {
            #expect(row.isAudited, "\(row.method.path)")
        }
    }

    @Test("every method has a finite deadline and a bound on its messages")
    func bounded() {
        for row in MethodTable.rows {
            #expect(
                row.descriptor.maximumDeadline != nil && row.descriptor.defaultDeadline != nil, "\(row.method.path)")
            #expect(row.descriptor.requestLimit <= 4 << 20, "\(row.method.path)")
        }
    }
}
