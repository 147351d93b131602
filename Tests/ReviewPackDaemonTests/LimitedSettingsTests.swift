import Foundation
import Testing

@testable import ReviewPackDaemon

/// Every limit that an operator can set has a test that reaches it.
@Suite("The limits among the settings")
struct LimitedSettingsTests {
    /// The test that goes up to each limit and one step beyond: its file in `Tests`, and its function.
    static let reached: [(setting: String, file: String, function: String)] = [
        ("concurrent_generations", "ReviewPackServiceTests/GenerateTests", "concurrency"),
        ("generations_per_user", "IntegrationTests/Hostile/HostileCallTests", "generateFlood"),
        ("compression_threads", "ReviewPackGenerationTests/DeterminismTests", "threads"),
        ("imports_per_user", "ReviewPackServiceTests/ImportTests", "share"),
        ("max_staged_mib_per_user", "ReviewPackStoreTests/Turns/StagedBytesTests", "limit"),
        ("alert_rules_per_scope", "ReviewPackStoreTests/ScopeLimitTests", "rules"),
        ("role_bindings_per_scope", "ReviewPackStoreTests/ScopeLimitTests", "bindings"),
        ("tenants_per_workspace", "ReviewPackStoreTests/ScopeLimitTests", "tenants"),
        ("findings_per_tenant", "ReviewPackStoreTests/ScopeLimitTests", "findings"),
        ("report_history_mib_per_tenant", "ReviewPackStoreTests/ScopeLimitTests", "reports"),
        ("max_import_mib", "ReviewPackStoreTests/ImportTests", "limits"),
        ("max_import_records", "ReviewPackStoreTests/ImportTests", "limits"),
        ("max_report_mib", "IntegrationTests/BadInputTests", "reports"),
        ("request_id_hours", "ReviewPackStoreTests/DirectoryTests", "retries"),
        ("max_connections", "IntegrationTests/Hostile/ExhaustionTests", "allConnections"),
        ("max_connections_per_user", "IntegrationTests/Hostile/HostileClientTests", "halfFrames"),
        ("max_streams_per_connection", "TTRPCTransportTests/LimitTests", "streams"),
        ("max_streams_per_user", "TTRPCTransportTests/LimitTests", "streams"),
        ("max_message_kib", "TTRPCTransportTests/LimitTests", "messages"),
        ("max_buffered_mib_per_user", "TTRPCTransportTests/LimitTests", "bytes"),
        ("connection_buffer_kib", "TTRPCTransportTests/LimitTests", "unreadResponses"),
        ("connection_max_age_minutes", "TTRPCTransportTests/LifeTests", "maximumAge"),
        ("stalled_frame_seconds", "IntegrationTests/Hostile/HostileClientTests", "halfFrames"),
        ("event_loop_threads", "TTRPCTransportTests/LimitTests", "connections"),
        ("write_queue_limit", "ReviewPackStoreTests/WriteQueueTests", "bound"),
    ]

    @Test("each has a row in the table of tests that reach it")
    func complete() {
        let limits = SettingsTable.sections.filter { ["Shares of work", "Connections"].contains($0.heading) }
            .flatMap { $0.rows.map(\.name) }
        #expect(limits.count > 15)
        #expect(Set(Self.reached.map(\.setting)) == Set(limits + ["write_queue_limit"]))
    }

    @Test("and that test is there", arguments: reached.indices)
    func exists(row: Int) throws {
        let (setting, file, function) = Self.reached[row]
        let tests = ConfigurationDocumentsTests.root.appending(path: "Tests/\(file).swift")
        let text = try String(contentsOf: tests, encoding: .utf8)
        let isThere = text.contains(try Regex(#"@Test(?s:.{1,300}?)func \#(function)\("#))
        #expect(isThere, "\(setting): no test \(function) in \(file)")
    }
}
