/// One setting: everything that the file, the environment, the flags, `config dump` and the documents say about it.
package struct Setting: Sendable {
    /// When a changed value takes effect.
    package enum Effect: String, Sendable {
        case reload
        case restart
    }

    /// The key in the file: lower case, words joined by `_`.
    package let name: String
    let kind: SettingKind
    package let effect: Effect
    /// What it is.
    package let summary: String
    /// What a larger or smaller value costs.
    package let tradeOff: String

    init(_ name: String, _ kind: SettingKind, _ effect: Effect, _ summary: String, _ tradeOff: String) {
        self.name = name
        self.kind = kind
        self.effect = effect
        self.summary = summary
        self.tradeOff = tradeOff
    }

    /// The variable that overrides the file.
    package var variable: String { SettingsTable.variablePrefix + name.uppercased() }

    /// The flag that overrides the variable, without its dashes.
    package var flag: String { String(name.map { $0 == "_" ? "-" : $0 }) }

    /// The legal values in words.
    package var legal: String { kind.legal }

    /// The legal values one by one, where they are few words; else none.
    package var choices: [String] { kind.choices }

    /// Whether the value is a file's path.
    package var isPath: Bool { if case .path = kind { true } else { false } }

    /// The default as a YAML scalar.
    package var defaultText: String { kind.print(Settings()) }
}

/// The one table of settings. Order is the order of the example file and the documents.
package enum SettingsTable {
    package static let variablePrefix = "REVIEWPACK_"

    /// Variables with the prefix that are not the daemon's settings.
    static let otherVariables: Set<String> = ["REVIEWPACK_ADDRESS", "REVIEWPACK_CONFIG"]

    /// The settings under the headings of the example file.
    package static let sections: [(heading: String, rows: [Setting])] = [
        ("Places", places), ("Rights", rights), ("Packs and time", packs), ("Shares of work", work),
        ("Connections", connections), ("Storage", storage), ("The process", process),
    ]

    package static let rows: [Setting] = sections.flatMap(\.rows)

    static let index: [String: Setting] = Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0) })

    private static let places = [
        Setting(
            "state_dir", .path(\.stateDir), .restart,
            "The directory of the database, the packs and the keys; empty for \(Settings.defaultStateDirectory).",
            "Put it on a disk with room for every pack that is kept; moving it means copying it while the daemon is "
                + "stopped."),
        Setting(
            "socket", .path(\.socket), .restart,
            "The Unix socket to make when the service manager passes none; empty for reviewpack.sock in a state_dir "
                + "that was given, else \(Settings.defaultSocket).",
            "At most 107 bytes. Its directory must let callers through: the state directory itself is closed to other "
                + "users."),
        Setting(
            "socket_mode", .mode(\.socketMode), .restart,
            "The permission bits of that socket.",
            "They decide who may connect at all; rights inside are bound to users and groups in any case."),
        Setting(
            "socket_group", .group(\.socketGroup), .restart,
            "The group of that socket; empty for the daemon's own.",
            "Its members may connect. The daemon must be root or a member to give it."),
    ]

    private static let rights = [
        Setting(
            "admin_group", .group(\.adminGroup), .restart,
            "The Unix group whose members are administrators, besides root and the daemon's user; empty for none.",
            "Members see and may do everything in every workspace: keep it small.")
    ]

    private static let packs = [
        Setting(
            "retention_days", .integer(\.retentionDays, 1...36500, .days), .reload,
            "How long a new pack is kept before it expires.",
            "Longer keeps evidence at hand and uses disk. Existing packs keep the date that they were given."),
        Setting(
            "hard_delete_grace_days", .integer(\.hardDeleteGraceDays, 0...36500, .days), .reload,
            "How long an expired pack's row is kept before a hard-deleting prune removes it.",
            "Longer keeps the record that a pack existed; its bytes go with the prune that expires it."),
        Setting(
            "prune_hard_delete", .boolean(\.pruneHardDelete), .reload,
            "Whether the daily prune also hard-deletes.",
            "true keeps the list short; false keeps every expired pack listed."),
        Setting(
            "download_token_ttl_minutes", .integer(\.downloadTokenTTLMinutes, 1...10080, .minutes), .reload,
            "How long a download token is valid.",
            "Shorter limits what a leaked token is worth; it must outlast the slowest download's start."),
        Setting(
            "include_pii_default", .boolean(\.includePIIDefault), .reload,
            "Whether a pack holds personal data when the caller does not say.",
            "false redacts names and addresses, which makes packs safer to hand on and harder to follow up."),
        Setting(
            "include_operations_default", .boolean(\.includeOperationsDefault), .reload,
            "Whether a pack lists operation runs when the caller does not say.",
            "false leaves operations.csv with its header alone."),
        Setting(
            "operations_window_days", .integer(\.operationsWindowDays, 1...3650, .days), .reload,
            "How far back the operation runs of a pack go.",
            "A longer window makes longer packs."),
        Setting(
            "generation_timeout_minutes", .integer(\.generationTimeoutMinutes, 1...1440, .minutes), .reload,
            "How long one generation may take before it fails with timeout.",
            "Too short fails the packs of large tenants; too long holds a place that others wait for."),
        Setting(
            "expiring_notice_days", .integer(\.expiringNoticeDays, 0...365, .days), .reload,
            "How long before a pack's expiry its notice is raised; 0 for no notice.",
            "Earlier gives more time to download, and more notices of packs that are renewed anyway."),
        Setting(
            "scan_stale_after_hours", .integer(\.scanStaleAfterHours, 1...8760, .hours), .reload,
            "The age of a tenant's last scan at which it counts as stale.",
            "Below twice the scans' cadence, one missed scan raises a false alarm."),
        Setting(
            "history_days", .integer(\.historyDays, 1...36500, .days), .reload,
            "How long prune keeps operation runs, read notifications, superseded reports, failed packs and resolved "
                + "findings.",
            "Longer answers questions about the past and lets the database grow."),
    ]

    private static let work = [
        Setting(
            "concurrent_generations", .integer(\.concurrentGenerations, 1...64, .count), .reload,
            "Generations that run at a time.",
            "More finish sooner together while cores and memory last; each takes under 96 MiB."),
        Setting(
            "generations_per_user", .integer(\.generationsPerUser, 1...10000, .count), .reload,
            "Generations of one user that may wait or run at a time.",
            "A larger share lets one caller fill the queue."),
        Setting(
            "compression_threads", .integer(\.compressionThreads, 1...64, .count), .reload,
            "Threads that compress one pack.",
            """
            Up to the number of cores it is faster; more than 16 count as 16. The bytes of the pack are the same \
            for any number.
            """
        ),
        Setting(
            "imports_per_user", .integer(\.importsPerUser, 1...1000, .count), .reload,
            "Imports of one user that may run at a time.",
            "Each one that is under way stages its input on disk."),
        Setting(
            "max_staged_mib_per_user", .integer(\.maxStagedMiBPerUser, 1...1_048_576, .mebibytes), .restart,
            "Disk that the imports of one user that are under way may take together.",
            "Less leaves more disk to others; a single import larger than this is refused, too."),
        Setting(
            "alert_rules_per_scope", .integer(\.alertRulesPerScope, 1...1000, .count), .restart,
            "Alert rules of one workspace or tenant.",
            "Each receiver of an event costs a write of up to about 20 KiB."),
        Setting(
            "role_bindings_per_scope", .integer(\.roleBindingsPerScope, 1...100_000, .count), .restart,
            "Role bindings of one workspace, one tenant or the system.",
            "All bindings are kept in memory, about 500 bytes each."),
        Setting(
            "tenants_per_workspace", .integer(\.tenantsPerWorkspace, 1...1_000_000, .count), .restart,
            "Tenants of one workspace.",
            "An owner of a workspace makes tenants without an administrator: more lets one owner store more."),
        Setting(
            "findings_per_tenant", .integer(\.findingsPerTenant, 1...1_000_000_000, .count), .restart,
            "Findings of one tenant, in any status; an import that would leave more is refused.",
            "A million findings take about 700 MB of the database."),
        Setting(
            "report_history_mib_per_tenant", .integer(\.reportHistoryMiBPerTenant, 32...1_048_576, .mebibytes),
            .restart,
            "Total size of the stored reports of one tenant; prune removes old ones.",
            "More keeps a longer history of large reports and uses disk."),
        Setting(
            "max_import_mib", .integer(\.maxImportMiB, 1...1_048_576, .mebibytes), .restart,
            "The largest import of findings or operations.",
            "It bounds the disk that one import can take while it is staged."),
        Setting(
            "max_import_records", .integer(\.maxImportRecords, 1...1_000_000_000, .count), .restart,
            "The most records of one import.",
            "An import is one transaction: more records hold the writer longer."),
        Setting(
            "max_report_mib", .integer(\.maxReportMiB, 1...32, .mebibytes), .restart,
            "The largest stored report.",
            "Reports go into every pack of their tenant."),
        Setting(
            "request_id_hours", .integer(\.requestIDHours, 1...720, .hours), .restart,
            "How long the outcome of a request_id is remembered for retries.",
            "Longer makes later retries safe and keeps more rows."),
    ]

    private static let connections = [
        Setting(
            "max_connections", .integer(\.maxConnections, 2...100_000, .count), .restart,
            "Connections of all users at a time.",
            "Each needs a descriptor; the daemon lowers it to what its descriptor limit allows."),
        Setting(
            "max_connections_per_user", .integer(\.maxConnectionsPerUser, 1...50_000, .count), .restart,
            "Connections of one user at a time.",
            "At most half of max_connections counts, so that nobody can shut the others out."),
        Setting(
            "max_streams_per_connection", .integer(\.maxStreamsPerConnection, 1...65_536, .count), .restart,
            "Calls at a time on one connection.",
            "More lets a client with one connection do more at once."),
        Setting(
            "max_streams_per_user", .integer(\.maxStreamsPerUser, 1...1_000_000, .count), .restart,
            "Calls of one user at a time, over all of its connections.",
            "More lets one caller occupy more of the daemon."),
        Setting(
            "max_message_kib", .integer(\.maxMessageKiB, 2048...4096, .kibibytes), .restart,
            "The largest message; the protocol's own bound is 4096 KiB.",
            "Smaller saves memory for each connection; blocks of packs and pages of lists have about 1 MiB."),
        Setting(
            "max_buffered_mib_per_user", .integer(\.maxBufferedMiBPerUser, 8...65_536, .mebibytes), .restart,
            "Bytes of messages that the daemon holds for one user.",
            "More serves slow readers and many streams; it is memory that one user can take."),
        Setting(
            "connection_buffer_kib", .integer(\.connectionBufferKiB, 16...16_384, .kibibytes), .restart,
            "Bytes waiting in one direction of a connection at which its sender is held back.",
            "Larger is faster for long transfers and takes more memory for each connection."),
        Setting(
            "connection_max_age_minutes", .integer(\.connectionMaxAgeMinutes, 1...10_080, .minutes), .restart,
            "The age at which a connection takes no new calls.",
            "A caller's groups are those at connect time: shorter lets changes of membership take effect sooner."),
        Setting(
            "stalled_frame_seconds", .integer(\.stalledFrameSeconds, 1...3600, .seconds), .restart,
            "How long a begun frame may make no progress before its connection is closed.",
            "Shorter frees the places of hung callers sooner."),
        Setting(
            "event_loop_threads", .integer(\.eventLoopThreads, 1...64, .count), .restart,
            "Threads that serve connections.",
            "One carries thousands of connections; more help only when calls per second are the limit."),
    ]

    private static let storage = [
        Setting(
            "readers", .integer(\.readers, 1...128, .count), .restart,
            "Database connections for reading.",
            "More lists are read at a time; one user has half of them at most; each holds its own page cache."),
        Setting(
            "group_commit_limit", .integer(\.groupCommitLimit, 1...10_000, .count), .restart,
            "Small writes that share one transaction and its fsync at most.",
            "More gives more writes per second under load and a longer wait for each."),
        Setting(
            "write_queue_limit", .integer(\.writeQueueLimit, 16...1_000_000, .count), .restart,
            "Small writes that may wait, at most half of them of one user; more are refused with JOB_LIMIT.",
            "More absorbs longer bursts and lets answers come later."),
        Setting(
            "reserve_mib", .integer(\.reserveMiB, 0...1024, .mebibytes), .restart,
            "Disk space set aside, so that prune and expire still work on a full disk; 0 for none.",
            "It is space that packs cannot use."),
    ]

    private static let process = [
        Setting(
            "drain_seconds", .integer(\.drainSeconds, 0...3600, .seconds), .reload,
            "How long a stop waits for running calls and generations before it interrupts them.",
            "Longer loses less work. The unit's TimeoutStopSec must be at least 10 s longer."),
        Setting(
            "log_level", .level(\.logLevel), .reload,
            "The least severe events that are logged.",
            "debug and trace are for looking into a fault: they are many."),
    ]
}
