import Foundation
import TestTags
import Testing

@testable import Daemon

/// Every limit that an operator can set has a test that reaches it.
@Suite("The limits among the settings", .tags(.limits, .upkeep))
struct LimitedSettingsTests {
    /// The test that goes up to each limit and one step beyond: its file in `Tests`, and its function.
    static let reached: [(setting: String, file: String, function: String)] = [
        ("concurrent_generations", "DaemonTests/GenerateTests", "concurrency"),
        ("generations_per_user", "IntegrationTests/Hostile/HostileCallTests", "generateFlood"),
        ("compression_threads", "GenerationTests/DeterminismTests", "threads"),
        ("imports_per_user", "DaemonTests/ImportTests", "share"),
        ("max_staged_mib_per_user", "StorageTests/Turns/StagedBytesTests", "limit"),
        ("alert_rules_per_scope", "StorageTests/ScopeLimitTests", "rules"),
        ("role_bindings_per_scope", "StorageTests/ScopeLimitTests", "bindings"),
        ("tenants_per_workspace", "StorageTests/ScopeLimitTests", "tenants"),
        ("findings_per_tenant", "StorageTests/ScopeLimitTests", "findings"),
        ("report_history_mib_per_tenant", "StorageTests/ScopeLimitTests", "reports"),
        ("max_import_mib", "StorageTests/ImportTests", "limits"),
        ("max_import_records", "StorageTests/ImportTests", "limits"),
        ("max_report_mib", "IntegrationTests/BadInputTests", "reports"),
        ("request_id_hours", "StorageTests/DirectoryTests", "retries"),
        ("max_connections", "IntegrationTests/Hostile/ExhaustionTests", "allConnections"),
        ("max_connections_per_user", "IntegrationTests/Hostile/HostileClientTests", "halfFrames"),
        ("max_streams_per_connection", "TTRPCNIOTests/LimitTests", "streams"),
        ("max_streams_per_user", "TTRPCNIOTests/LimitTests", "streams"),
        ("max_message_kib", "TTRPCNIOTests/LimitTests", "messages"),
        ("max_buffered_mib_per_user", "TTRPCNIOTests/LimitTests", "bytes"),
        ("connection_buffer_kib", "TTRPCNIOTests/LimitTests", "unreadResponses"),
        ("connection_max_age_minutes", "TTRPCNIOTests/LifeTests", "maximumAge"),
        ("stalled_frame_seconds", "IntegrationTests/Hostile/HostileClientTests", "halfFrames"),
        ("event_loop_threads", "TTRPCNIOTests/LimitTests", "connections"),
        ("write_queue_limit", "StorageTests/WriteQueueTests", "bound"),
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
