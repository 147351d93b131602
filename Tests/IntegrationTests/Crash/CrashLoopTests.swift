import Testing

@Suite("A daemon that is killed at random instants")
struct KillTests {
    /// 200 kills where the machine has the time for it; `scripts/soak` makes thousands.
    @Test("loses nothing that it acknowledged, leaves no orphan file, and a check finds it sound")
    func kills() async throws {
        let summary = try await CrashTools.crashLoop("kill", "--kills", "200", "--limit", "75")
        print(summary)
        let kills = try #require(summary.firstMatch(of: /(\d+) kills/).flatMap { Int($0.1) })
        #expect(kills >= 10, "the machine is too slow for this to say anything: \(summary)")
    }
}

@Suite("A disk that fails")
struct DiskFaultTests {
    /// Every call has its turn in `scripts/soak`; here it is every so manyth one, from another one on for each seed.
    @Test("never makes an acknowledged change untrue, crashes the daemon or lets it take a failed sync for a good one")
    func faults() async throws {
        print(try await CrashTools.crashLoop("faults", "--every", "41", "--limit", "50"))
    }

    @Test("whose syncs fail, each in turn, is not trusted: no pack is ready without its bytes, and nothing is lost")
    func syncs() async throws {
        print(try await CrashTools.crashLoop("faults", "--syncs", "--fault", "io", "--limit", "35"))
        print(try await CrashTools.crashLoop("faults", "--syncs", "--fault", "full", "--limit", "35"))
    }

    @Test("that loses everything that was not synced, in any order, loses nothing that was acknowledged")
    func powerLoss() async throws {
        let summary = try await CrashTools.crashLoop("power", "--images", "48", "--limit", "40")
        print(summary)
        #expect(summary.contains("power losses"))
    }
}
