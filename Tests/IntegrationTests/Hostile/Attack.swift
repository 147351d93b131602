import Foundation
import Subprocess
import SystemPackage
import Testing

/// An attack of `Tests/Hostile/hostile.py`, which knows the wire and nothing of our code.
extension Daemon {
    /// Runs the attack as another user to its end, and gives its result: words and counts.
    func attack(_ words: String..., as account: Account = .attacker) async throws -> String {
        try await attack(words, as: account)
    }

    func attack(_ words: [String], as account: Account = .attacker) async throws -> String {
        let result = try await run("/usr/bin/python3", try arguments(words), as: account)
        return try #require(try result.succeeded().lines.last)
    }

    /// Runs an attack that goes on until its file STOP is there, the last of its arguments, and `body` beside it.
    ///
    /// `body` begins when the attack says that it stands. An attack that ends by itself has no such file.
    func during<Result: Sendable>(
        _ words: String..., stop: String? = "stop", as account: Account = .attacker,
        _ body: @Sendable () async throws -> Result
    ) async throws -> (result: Result, attack: String) {
        let file = stop.map { scratch.file($0) }
        let (executable, words) = invocation(
            of: "/usr/bin/python3", try arguments(words + [file].compactMap(\.self)), as: account)
        let process = try await Subprocess.run(
            .path(.init(executable)), arguments: Arguments(words), environment: .custom(surroundings([:])),
            workingDirectory: .init(scratch.path), platformOptions: teardown(), input: .none, output: .sequence,
            error: .bytes(limit: 1 << 20)
        ) { execution in
            var lines = execution.standardOutput.strings().makeAsyncIterator()
            let outcome: Swift.Result<Result, any Error>
            do {
                let first = try await lines.next()
                try #require(first == "begun")
                outcome = .success(try await body())
            } catch {
                outcome = .failure(error)
            }
            if let stop { try scratch.write(stop, "") }
            var last = ""
            while let line = try await lines.next() { last = line }
            return (outcome, last)
        }
        let (outcome, last) = process.closureResult
        #expect(process.terminationStatus.exitCode == 0, "\(String(decoding: process.standardError, as: UTF8.self))")
        return (try outcome.get(), last)
    }

    private func arguments(_ words: [String]) throws -> [String] {
        let program = String(decoding: try contents(of: Programs.project + "/Tests/Hostile/hostile.py"), as: UTF8.self)
        return ["-I", "-c", program, address] + words
    }
}

extension Account {
    static let attacker = Account("an attacker", uid: 61_100)
    static let accomplice = Account("another attacker", uid: 61_101)
}

/// What the kernel says of a process.
struct ProcessFigures {
    /// Memory in use now, in bytes.
    let resident: Int
    /// The most memory that was ever in use at a time, in bytes.
    let peak: Int
    /// Processor time that it has used, in seconds.
    let processorSeconds: Double
    let descriptors: Int

    init(of pid: pid_t) throws {
        let status = String(decoding: try contents(of: "/proc/\(pid)/status"), as: UTF8.self).split(separator: "\n")
        func memory(_ name: String) throws -> Int {
            let line = try #require(status.first { $0.hasPrefix(name + ":") })
            return try #require(Int(line.filter(\.isNumber))) << 10
        }
        resident = try memory("VmRSS")
        peak = try memory("VmHWM")
        // Behind the program's name, which may hold anything, utime and stime are the 12th and 13th field.
        let stat = String(decoding: try contents(of: "/proc/\(pid)/stat"), as: UTF8.self)
        let fields = try #require(stat.split(separator: ")").last).split(separator: " ")
        let ticks = try #require(Double(fields[11])) + #require(Double(fields[12]))
        processorSeconds = ticks / Double(sysconf(CInt(_SC_CLK_TCK)))
        descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
    }
}

extension Daemon {
    /// Runs `body`, at no instant of which the daemon may take more memory over what it has now than `bound` MiB.
    func growing<Result>(
        atMost bound: Int, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Result
    ) async throws -> Result {
        let before = try ProcessFigures(of: pid).resident
        let result = try await body()
        // The highest that it ever had may be of before: then the bound is the stricter for it.
        let grown = (try ProcessFigures(of: pid).peak - before) >> 20
        // A sanitizer's allocator keeps what was freed, and shadows what is used.
        let environment = ProcessInfo.processInfo.environment
        let isSanitized = environment["ASAN_OPTIONS"] != nil || environment["TSAN_OPTIONS"] != nil
        #expect(grown < bound || isSanitized, "\(grown) MiB", sourceLocation: sourceLocation)
        QuietMachine.report("\(Test.current?.name ?? ""): the daemon grew by \(grown) MiB at the most")
        return result
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
