import Foundation
import TestTags
import Testing

@Suite(.tags(.documents))
struct ScriptTests {
    @Test("without a Swift toolchain the commands say where to get one", arguments: ["demo", "test", "bench", "fuzz"])
    func noToolchain(script: String) async throws {
        let scratch = try Scratch()
        // A PATH with everything of the system but swift.
        for folder in ["/usr/bin", "/bin"] {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name != "swift" {
                try? FileManager.default.createSymbolicLink(
                    atPath: scratch.file(name), withDestinationPath: folder + "/" + name)
            }
        }
        let result = try await run(
            "/bin/bash", ["\(Programs.project)/scripts/\(script)"], environment: ["PATH": scratch.path])
        #expect(result.exit == 69, "\(result)")
        #expect(result.errors.contains("swift.org/install"), "\(result)")
    }

    @Test("fuzzing refuses targets that there are not, and times that are none")
    func fuzzArguments() async throws {
        let fuzz = "\(Programs.project)/scripts/fuzz"
        let unknown = try await run("/bin/bash", [fuzz, "surprise"])
        #expect(
            unknown.exit == 64 && unknown.errors.contains("frames messages tokens pages json findings zip redaction"),
            "\(unknown)")
        #expect(try await run("/bin/bash", [fuzz, "frames", "0"]).exit == 64)
        #expect(try await run("/bin/bash", [fuzz, "--within"]).exit == 64)
        #expect(try await run("/bin/bash", [fuzz, "--within", "soon"]).exit == 64)
    }

    @Test("the demo refuses options that it does not know and files that it cannot read")
    func demoArguments() async throws {
        let demo = "\(Programs.project)/scripts/demo"
        #expect(try await run("/bin/bash", [demo, "--surprise"]).exit == 64)
        #expect(try await run("/bin/bash", [demo, "/nonexistent.json"]).exit == 66)
    }

    /// The stacks of the two accesses of a report, by the functions' mangled names.
    private struct Race: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var one: [String]
        var other: [String]
        var isFinding: Bool
    }

    /// A closure that a Mutex of this type of value runs, in functions of two names.
    private static let counting = "$s1M1AC5countyyFySDyS2iGzYuYTXEfU_"
    private static let clearing = "$s1M1AC5clearyyFySDyS2iGzYuYTXEfU_"
    private static let naming = "$s1M1AC4nameyyFySDySSSiGzYuYTXEfU_"
    private static let callers = ["$s1M1AC5countyyF", "_dispatch_continuation_pop"]

    private static let races = [
        Race(
            testDescription: "both under one Mutex", one: [counting] + callers, other: [clearing] + callers,
            isFinding: false),
        Race(
            testDescription: "both under one Mutex, in what its closure calls",
            one: ["swift_retain", "$sSD6removeyq_Sgx_tF", counting + "TA"] + callers, other: [clearing] + callers,
            isFinding: false),
        Race(
            testDescription: "under two Mutexes", one: [counting] + callers, other: [naming] + callers,
            isFinding: true),
        Race(
            testDescription: "under two Mutexes, one inside of the other", one: [counting] + callers,
            other: [naming, "$s1M1AC4nameyyF", clearing] + callers, isFinding: true),
        Race(testDescription: "one of them under none", one: [counting] + callers, other: callers, isFinding: true),
        Race(
            testDescription: "in a closure that was written under the Mutex and runs later",
            one: ["$s1M1AC5countyyFySDyS2iGzYuYTXEfU_yyYbcfU_"] + callers, other: [clearing] + callers,
            isFinding: true),
        Race(testDescription: "under none", one: callers, other: callers, isFinding: true),
    ]

    @Test("a race is no finding only when both accesses were made under a Mutex of the same type", arguments: races)
    private func report(race: Race) async throws {
        let scratch = try Scratch()
        func stack(_ title: String, _ names: [String]) -> String {
            let frames = names.enumerated().map { "    #\($0) \($1) /work/M.swift:\($0 + 1):2 (M+0x1)" }
            return "  \(title) at 0x7b04 by thread T1:\n" + frames.joined(separator: "\n") + "\n\n"
        }
        let line = String(repeating: "=", count: 18) + "\n"
        try scratch.write(
            "report.1",
            line + "WARNING: ThreadSanitizer: data race (pid=1)\n" + stack("Write of size 8", race.one)
                + stack("Previous read of size 8", race.other) + stack("Thread T1 created", ["pthread_create"])
                + "SUMMARY: ThreadSanitizer: data race\n" + line)
        let result = try await run(
            "/usr/bin/python3", ["-B", "\(Programs.project)/scripts/lib/tsan_reports.py", scratch.path],
            environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""])
        #expect(result.exit == (race.isFinding ? 1 : 0), "\(result)")
        #expect(result.errors.contains("1 reports, \(race.isFinding ? 1 : 0) of them findings"), "\(result)")
    }
}
