import Foundation
import Testing

/// An attack of `Tests/Hostile/hostile.py`, which knows the wire and nothing of our code.
extension Daemon {
    /// Runs the attack as another user to its end, and gives its result: words and counts.
    func attack(_ words: String..., as account: Account = .attacker) async throws -> String {
        try await attack(words, as: account)
    }

    func attack(_ words: [String], as account: Account = .attacker) async throws -> String {
        let program = String(decoding: try contents(of: Programs.project + "/Tests/Hostile/hostile.py"), as: UTF8.self)
        let result = try await run("/usr/bin/python3", ["-I", "-c", program, address] + words, as: account)
        return try #require(try result.succeeded().lines.last)
    }

    /// Runs an attack that goes on until its file `stop` is there, and `body` beside it.
    func during<Result>(
        _ words: String..., as account: Account = .attacker, _ body: () async throws -> Result
    ) async throws -> (result: Result, attack: String) {
        let stop = scratch.file("stop")
        let attack = Task { try await self.attack(words + [stop], as: account) }
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        try scratch.write("stop", "")
        let said = await attack.result
        return (try result.get(), try said.get())
    }
}

extension Account {
    static let attacker = Account("an attacker", uid: 61_100)
}

/// What the kernel says of a process.
struct ProcessFigures {
    /// Memory in use now, in bytes.
    let resident: Int
    /// Processor time that it has used, in seconds.
    let processorSeconds: Double
    let descriptors: Int

    init(of pid: pid_t) throws {
        let status = String(decoding: try contents(of: "/proc/\(pid)/status"), as: UTF8.self)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        resident = try #require(Int(line.filter(\.isNumber))) << 10
        // Behind the program's name, which may hold anything, utime and stime are the 12th and 13th field.
        let stat = String(decoding: try contents(of: "/proc/\(pid)/stat"), as: UTF8.self)
        let fields = try #require(stat.split(separator: ")").last).split(separator: " ")
        let ticks = try #require(Double(fields[11])) + #require(Double(fields[12]))
        processorSeconds = ticks / Double(sysconf(CInt(_SC_CLK_TCK)))
        descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
    }
}

/// How long calls took, one after the other.
struct Latencies {
    private(set) var all: [Duration] = []

    mutating func time(_ call: () async throws -> some Any) async throws {
        let began = ContinuousClock.now
        _ = try await call()
        all.append(began.duration(to: .now))
    }

    /// The time below which 99 of 100 calls stayed.
    var p99: Duration { all.sorted()[all.count * 99 / 100] }
}
