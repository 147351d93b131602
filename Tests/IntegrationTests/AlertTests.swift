import ReviewPackAPI
import ReviewPackClient
import TestTags
import Testing

@Suite("Alerts of a running daemon", .tags(.upkeep), .timeLimit(.minutes(5)))
struct AlertTests {
    @Test("a pack that expires soon is told of once, however often the daemon starts")
    func expiring() async throws {
        let scratch = try Scratch()
        // Every new pack expires within the seven days of the notice.
        let settings = ["REVIEWPACK_RETENTION_DAYS": "1"]
        try await withDaemon(in: scratch, environment: settings) { daemon in
            try await daemon.makeTenant()
            _ = try await daemon.withClient { client in
                let receiver = Proto.Principal(kind: .subject("auditor"))
                let target = Proto.BindingTarget(kind: .tenant(Scene.tenant))
                _ = try await client.call(
                    Methods.directoryServiceGrantRole,
                    Proto.GrantRoleRequest(principal: receiver, role: .viewer, target: target))
                return try await client.call(
                    Methods.notificationServiceCreateAlertRule,
                    Proto.CreateAlertRuleRequest(
                        event: "review_pack.expiring", target: target, receiver: receiver))
            }
            try await daemon.generate()
        }
        // It is evaluated at the start, beside the first calls: asked for until it is there.
        try await withDaemon(in: scratch, environment: settings) { daemon in
            while try await Self.told(daemon).isEmpty { try Task.checkCancellation() }
            let told = try await Self.told(daemon)
            #expect(told.map(\.kind) == ["review_pack.expiring"])
            #expect(told.first?.body.contains(Scene.tenantName) == true)
        }
        try await withDaemon(in: scratch, environment: settings) { daemon in
            let told = try await Self.told(daemon)
            #expect(told.count == 1)
        }
    }

    private static func told(_ daemon: Daemon) async throws -> [Proto.Notification] {
        let call = RawCall(
            Methods.notificationServiceListNotifications, Proto.ListNotificationsRequest(), onBehalfOf: "auditor")
        return try Proto.ListNotificationsResponse(serialized: try await daemon.probe(call, as: .current).response)
            .notifications
    }
}
