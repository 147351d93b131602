import Domain
import ReviewPackAPI
import TestTags
import Testing

@testable import Daemon

@Suite("The method table", .tags(.access, .wire))
struct MethodTableTests {
    @Test("has exactly the methods of the service definitions, each once")
    func complete() {
        #expect(MethodTable.rows.map(\.method.path).sorted() == Methods.all.map(\.path).sorted())
    }

    @Test("every row has a handler")
    func handlers() {
        var table = RouteTable()
        ReviewPackHandlers.register(in: &table)
        IngestHandlers.register(in: &table)
        DirectoryHandlers.register(in: &table)
        OperationHandlers.register(in: &table)
        NotificationHandlers.register(in: &table)
        MaintenanceHandlers.register(in: &table)
        HealthHandlers.register(in: &table)
        #expect(table.missing.map(\.path) == [])
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
            #expect(row.maximumDeadline != nil && row.defaultDeadline != nil, "\(row.method.path)")
            #expect(row.requestLimit <= 4 << 20, "\(row.method.path)")
        }
    }
}
