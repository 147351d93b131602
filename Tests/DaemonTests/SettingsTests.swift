import Daemon
import Logging
import Storage
import TTRPCNIO
import TestTags
import Testing

@testable import Daemon

@Suite("Settings", .tags(.upkeep))
struct SettingsTests {
    @Test(
        "a bad value is refused with its place, its key and what is legal",
        arguments: [
            ("retention_days: ninety", "\"ninety\" is not a whole number; legal: 1 to 36500 days"),
            ("retention_days: 0", "0 is out of range; legal: 1 to 36500 days"),
            ("retention_days: 36501", "36501 is out of range; legal: 1 to 36500 days"),
            (
                "retention_days: 99999999999999999999999",
                "99999999999999999999999 is out of range; legal: 1 to 36500 days"
            ),
            ("retention_days: -1", "\"-1\" is not a whole number; legal: 1 to 36500 days"),
            ("retention_days: +1", "\"+1\" is not a whole number; legal: 1 to 36500 days"),
            ("retention_days: 1.5", "\"1.5\" is not a whole number; legal: 1 to 36500 days"),
            ("retention_days: 0x10", "\"0x10\" is not a whole number; legal: 1 to 36500 days"),
            ("retention_days: 090", "\"090\" is not a whole number; legal: 1 to 36500 days"),
            ("retention_days: 1_000", "\"1_000\" is not a whole number; legal: 1 to 36500 days"),
            ("retention_days: 12:30", "\"12:30\" is not a whole number; legal: 1 to 36500 days"),
            ("retention_days: 90 days", "\"90 days\" is not a whole number; legal: 1 to 36500 days"),
            ("retention_days: ٣", "\"٣\" is not a whole number; legal: 1 to 36500 days"),
            ("retention_days:", "\"\" is not a whole number; legal: 1 to 36500 days"),
            ("retention_days: ~", "\"\" is not a whole number; legal: 1 to 36500 days"),
            ("retention_days: [90]", "must have one value, not a list"),
            ("retention_days: {of: 90}", "must have one value, not a group of keys"),
            ("reserve_mib: 1025", "1025 is out of range; legal: 0 to 1024 MiB"),
            ("concurrent_generations: 65", "65 is out of range; legal: 1 to 64"),
            ("include_pii_default: yes", "\"yes\" is neither true nor false; legal: true or false"),
            ("include_pii_default: True", "\"True\" is neither true nor false; legal: true or false"),
            ("include_pii_default: 1", "\"1\" is neither true nor false; legal: true or false"),
            (
                "log_level: loud",
                "\"loud\" is no log level; legal: trace, debug, info, notice, warning, error, critical"
            ),
            ("socket_mode: 666666", "\"666666\" is no file mode; legal: an octal mode from 0600 to 0777"),
            ("socket_mode: 0668", "\"0668\" is no file mode; legal: an octal mode from 0600 to 0777"),
            ("socket_mode: 0066", "\"0066\" is no file mode; legal: an octal mode from 0600 to 0777"),
            ("socket_mode: 4777", "\"4777\" is no file mode; legal: an octal mode from 0600 to 0777"),
            ("socket_mode: +660", "\"+660\" is no file mode; legal: an octal mode from 0600 to 0777"),
            ("socket: \"a\\nb\"", "\"a\\nb\" holds control characters, which no path here may have"),
            ("admin_group: nobodyhere", "there is no group \"nobodyhere\"; `getent group` lists those that there are"),
            ("admin_group: o ps", "there is no group \"o ps\"; `getent group` lists those that there are"),
        ])
    func badValue(_ line: String, _ message: String) {
        let key = line.prefix { $0 != ":" }
        #expect(problems("# comment\n\(line)\n") == ["conf.yaml:2: \(key): \(message)"])
    }

    @Test(
        "an unknown key is refused and the nearest known one named",
        arguments: [
            ("retention_dayz: 1", "retention_dayz: there is no such setting; the nearest is retention_days"),
            ("retention-days: 1", "retention-days: there is no such setting; the nearest is retention_days"),
            ("Retention_Days: 1", "Retention_Days: there is no such setting; the nearest is retention_days"),
            ("retnetion_days: 1", "retnetion_days: there is no such setting; the nearest is retention_days"),
            ("loglevel: info", "loglevel: there is no such setting; the nearest is log_level"),
            ("banana: 1", "banana: there is no such setting; `reviewpackd config dump` lists all"),
            (
                "\"a\\nb: c\": 1",
                "\"a\\nb: c\": there is no such setting; `reviewpackd config dump` lists all"
            ),
        ])
    func unknownKey(_ line: String, _ message: String) {
        #expect(problems(line) == ["conf.yaml:1: \(message)"])
    }

    @Test(
        "a file that is no mapping of plain values is refused with its line",
        arguments: [
            (
                "history_days: 1\n\nhistory_days: 2",
                "conf.yaml:3: history_days: is given more than once; keep one of them"
            ),
            ("- history_days", "conf.yaml:1: must hold lines of the form `key: value`"),
            ("history_days", "conf.yaml:1: must hold lines of the form `key: value`"),
            ("? [a]\n: 1", "conf.yaml:1: a key must be a plain word"),
        ])
    func badShape(_ text: String, _ message: String) {
        #expect(problems(text) == [message])
    }

    @Test("a broken YAML file names the line where it breaks")
    func brokenYAML() throws {
        let found = problems("history_days: 1\nretention_days: [\n")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("conf.yaml:3: is not YAML here: ") == true, "\(found)")
    }

    @Test("a key that is given twice hides no other problem")
    func repeatedKey() {
        #expect(
            problems("history_days: 1\n\"history_days\": x\nbanana: 1\nretention_days: y\nbanana: 2\n").map {
                $0.prefix { $0 != " " }
            } == ["conf.yaml:2:", "conf.yaml:5:", "conf.yaml:3:", "conf.yaml:4:"])
    }

    @Test("every problem of every layer is reported, also in values that a later layer overrides")
    func allProblems() {
        let found = problems(
            "retention_days: x\nbanana: 1\n",
            environment: ["REVIEWPACK_RETENTION_DAYS": "0", "REVIEWPACK_RETENTION_DAY": "1", "HOME": "/"],
            flags: [("retention_days", "")])
        #expect(
            found == [
                "conf.yaml:1: retention_days: \"x\" is not a whole number; legal: 1 to 36500 days",
                "conf.yaml:2: banana: there is no such setting; `reviewpackd config dump` lists all",
                "REVIEWPACK_RETENTION_DAY: retention_day: there is no such setting; the nearest is "
                    + "REVIEWPACK_RETENTION_DAYS",
                "REVIEWPACK_RETENTION_DAYS: retention_days: 0 is out of range; legal: 1 to 36500 days",
                "--retention-days: retention_days: \"\" is not a whole number; legal: 1 to 36500 days",
            ])
    }

    @Test("flags override the environment, which overrides the file, which overrides the defaults")
    func precedence() throws {
        let loaded = try load(
            "retention_days: 10\nhistory_days: 11\nreaders: 12\n",
            environment: ["REVIEWPACK_HISTORY_DAYS": "21", "REVIEWPACK_READERS": "22"],
            flags: [("readers", "32")])
        #expect(loaded.settings.retentionDays == 10)
        #expect(loaded.settings.historyDays == 21)
        #expect(loaded.settings.readers == 32)
        #expect(loaded.settings.reserveMiB == 4)
        #expect(loaded.origin(of: "history_days") == .environment(variable: "REVIEWPACK_HISTORY_DAYS"))
        #expect("\(loaded.origin(of: "readers"))" == "--readers")
        #expect("\(loaded.origin(of: "reserve_mib"))" == "default")
        #expect("\(loaded.origin(of: "retention_days"))".hasSuffix("conf.yaml:1"))
    }

    @Test("values are the text that stands in the file, not YAML's idea of it")
    func verbatim() throws {
        let loaded = try load("socket_mode: 0660\nadmin_group: ops\nstate_dir: 'null'\nsocket: 12:30\n")
        #expect(loaded.settings.socketMode == 0o660)
        #expect(loaded.settings.adminGroup == SystemGroup(name: "ops", gid: 990))
        #expect(loaded.settings.stateDir == "null")
        #expect(loaded.settings.socket == "12:30")
    }

    @Test("a file of comments, an empty one and `---` alone are no settings", arguments: ["", "# a\n", "---\n", "~"])
    func empty(_ text: String) throws {
        #expect(try load(text) == LoadedSettings())
    }

    @Test("the client's variables are no settings of the daemon")
    func foreignVariables() throws {
        #expect(try load(environment: ["REVIEWPACK_ADDRESS": "/run/x"]) == LoadedSettings())
    }

    @Test("a named file must be there, be regular and be text")
    func fileItself() throws {
        let scratch = Scratch()
        func complaint(_ path: String) -> String {
            do {
                _ = try SettingsLoader(configFlag: path, environment: [:]).load()
                return ""
            } catch { return error.description.replacing(scratch.path, with: "DIR") }
        }
        #expect(complaint(scratch.file("none")) == "DIR/none: is not there; name another file, or leave --config away")
        #expect(complaint(scratch.path) == "DIR: is not a regular file")
        try scratch.write("big", String(repeating: "#", count: 300_000))
        #expect(complaint(scratch.file("big")) == "DIR/big: cannot be read, or has more than 256 KiB")
        let named = try SettingsLoader(
            configFlag: nil, environment: ["REVIEWPACK_CONFIG": scratch.write("good", "readers: 3")]
        ).load()
        #expect(named.settings.readers == 3)
    }

    @Test("a dump reads back to the same values")
    func dump() throws {
        let loaded = try load(
            """
            state_dir: "/srv/a \\"b\\" \\\\ # é"
            socket_mode: "0600"
            admin_group: ops
            log_level: debug
            include_pii_default: false
            retention_days: 7
            """, environment: ["REVIEWPACK_READERS": "2"], flags: [("drain_seconds", "0")])
        let text = SettingsText.dump(loaded)
        #expect(try load(text).settings == loaded.settings)
        #expect(text.contains("\nreaders: 2  # REVIEWPACK_READERS\n"))
        #expect(text.contains("\ndrain_seconds: 0  # --drain-seconds\n"))
        #expect(text.contains("\nreserve_mib: 4  # default\n"))
        #expect(text.split(separator: "\n").count == SettingsTable.rows.count)
    }

    @Test("the defaults are those of the parts that they configure")
    func defaults() throws {
        let settings = Settings()
        #expect("\(settings.serverConfiguration)" == "\(ServerConfiguration())")
        // Each default is legal, and names are what files and shells can hold.
        for row in SettingsTable.rows {
            #expect(row.name.wholeMatch(of: /[a-z][a-z_]*[a-z]/) != nil)
            #expect(try load("\(row.name): \(row.defaultText)").settings == settings, "\(row.name)")
        }
        #expect(SettingsTable.index.count == SettingsTable.rows.count)
    }

    @Test("every setting reaches the part that it configures")
    func reach() throws {
        // Each integer of the parts is moved by one in the file and must arrive.
        let moved = try load(
            SettingsTable.rows.compactMap { row -> String? in
                guard case .integer(let path, let range, _) = row.kind else { return nil }
                let value = Settings()[keyPath: path]
                return "\(row.name): \(value < range.upperBound ? value + 1 : value - 1)\n"
            }.joined())
        let server = moved.settings.serverConfiguration
        #expect(server.maxConnections == 1025 && server.maxConnectionsPerUID == 129)
        #expect(server.maxStreamsPerConnection == 129 && server.maxStreamsPerUID == 513)
        #expect(server.maxMessageBytes == 4095 << 10 && server.maxBufferedBytesPerUID == 65 << 20)
        #expect(server.inboundHighWater == 257 << 10 && server.outboundHighWater == 257 << 10)
        #expect(server.connectionMaximumAge == .seconds(3660) && server.stalledFrameTimeout == .seconds(31))
        #expect(server.eventLoopThreads == 2)
        let store = moved.settings.storeConfiguration
        #expect(store.readers == 9 && store.groupCommitLimit == 129 && store.writeQueueLimit == 4097)
        #expect(store.reserveBytes == 5 << 20 && store.maximumImportBytes == 16_385 << 20)
        #expect(store.maximumImportRecords == 10_000_001 && store.maximumReportBytes == 31 << 20)
        #expect(store.idempotencyHours == 25)
        let settings = moved.settings
        #expect(settings.hardDeleteGraceDays == 31 && settings.historyDays == 401)
        #expect(settings.retentionDays == 91 && settings.downloadTokenTTLMinutes == 61)
        #expect(settings.operationsWindowDays == 31 && settings.generationTimeoutMinutes == 31)
        #expect(settings.scanStaleAfterHours == 49 && settings.concurrentGenerations == 2)
        #expect(settings.generationsPerUser == 17 && settings.importsPerUser == 5 && settings.compressionThreads == 3)
        #expect(try load("prune_hard_delete: true").settings.pruneHardDelete)
        let flipped = try load("include_pii_default: false\ninclude_operations_default: false").settings
        #expect(!flipped.includePIIDefault && !flipped.includeOperationsDefault)
    }

    @Test("a reload puts in force what can change and names what waits for a restart")
    func reload() throws {
        let old = try load("retention_days: 10\nreaders: 3\n")
        let new = try load("retention_days: 20\nreaders: 4\nlog_level: debug\n")
        let reload = SettingsReload(from: old, to: new)
        #expect(reload.applied == ["retention_days", "log_level"])
        #expect(reload.needingRestart == ["readers"])
        #expect(reload.inForce.settings.retentionDays == 20)
        #expect(reload.inForce.settings.logLevel == .debug)
        #expect(reload.inForce.settings.readers == 3)
        #expect(reload.inForce.origin(of: "readers") == old.origin(of: "readers"))
        // A value that goes back to its default is a change as well.
        let back = SettingsReload(from: reload.inForce, to: try load("readers: 3"))
        #expect(back.applied == ["retention_days", "log_level"])
        #expect(back.inForce.settings == old.settings.with { $0.retentionDays = 90 })
        #expect(back.inForce.origin(of: "retention_days") == .builtIn)
    }

    @Test(
        "groups are found by name and by number, and nobody's group never",
        arguments: [("root", 0), ("0", 0), ("12345", 12345), ("65534", nil), ("nogroup", nil), ("4294967295", nil)]
            as [(String, UInt32?)])
    func groups(_ name: String, _ gid: UInt32?) {
        #expect(SystemGroup.systemLookup(name) == gid)
    }
}

extension Settings {
    func with(_ change: (inout Settings) -> Void) -> Settings {
        var copy = self
        change(&copy)
        return copy
    }
}
