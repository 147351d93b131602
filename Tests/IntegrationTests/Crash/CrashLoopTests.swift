import Foundation
import TestTags
import Testing

@Suite("A daemon that is killed at random instants", .tags(.durability))
struct KillTests {
    /// 200 kills where the machine has the time for it; `scripts/soak` makes thousands.
    @Test("loses nothing that it acknowledged, leaves no orphan file, and a check finds it sound")
    func kills() async throws {
        let summary = try await CrashTools.crashLoop("kill", "--kills", "200", "--limit", "300")
        let kills = try #require(summary.number(before: "kills"))
        #expect(kills >= 100, "the machine is too slow for this to say anything: \(summary)")
    }
}

@Suite("A daemon that dies at one of its syncs", .tags(.durability))
struct LastSyncTests {
    /// Each change of the scenario has its own: this is the instant before its commit, and the one after it.
    @Test("before or right after it keeps what it acknowledged", arguments: [("killBefore", "3"), ("killAfter", "1")])
    func everySync(_ fault: String, _ every: String) async throws {
        let summary = try await CrashTools.crashLoop(
            "faults", "--syncs", "--fault", fault, "--every", every, "--limit", "600")
        #expect(!summary.contains("cut short"), "not every sync had its turn: \(summary)")
    }
}

@Suite("A disk that fails", .tags(.durability))
struct DiskFaultTests {
    /// Every call has its turn in `scripts/soak`; here it is every so manyth one, from another one on for each seed.
    @Test("never makes an acknowledged change untrue, crashes the daemon or lets it take a failed sync for a good one")
    func faults() async throws {
        let summary = try await CrashTools.crashLoop("faults", "--every", "41", "--limit", "90")
        let runs = summary.matches(of: /(\d+) faults/).compactMap { Int($0.1) }.reduce(0, +)
        let kinds = Set(summary.matches(of: /([a-z]+) \d+[,)]/).map { String($0.1) })
        #expect(runs >= 20 && kinds.count >= 3, "too little failed for this to say anything: \(summary)")
    }

    @Test("whose syncs fail, each in turn, is not trusted: no pack is ready without its bytes, and nothing is lost")
    func syncs() async throws {
        let once = try await CrashTools.crashLoop("faults", "--syncs", "--fault", "io", "--limit", "600")
        #expect(!once.contains("cut short"), "not every sync had its turn: \(once)")
        let full = try await CrashTools.crashLoop(
            "faults", "--syncs", "--fault", "full", "--every", "3", "--limit", "400")
        #expect(!full.contains("cut short"), "the disk was not full at every third sync: \(full)")
    }

    @Test("that loses everything that was not synced, in any order, loses nothing that was acknowledged")
    func powerLoss() async throws {
        let summary = try await CrashTools.crashLoop("power", "--images", "48", "--limit", "200")
        let losses = try #require(summary.number(before: "power losses"))
        #expect(losses >= 30, "the machine is too slow for this to say anything: \(summary)")
    }
}

extension String {
    /// The number in front of the words.
    fileprivate func number(before words: String) -> Int? {
        guard let end = range(of: " " + words) else { return nil }
        return Int(self[..<end.lowerBound].reversed().prefix { $0.isNumber }.reversed().map(String.init).joined())
    }
}
