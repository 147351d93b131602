import Domain
import Glibc
import ReviewPackAPI
import ReviewPackClient
import Subprocess
import Synchronization
import SystemPackage
import TestTags
import Testing

@testable import CLI

/// A little program to be run as a collector.
struct Script {
    let scratch = ScratchDirectory()
    let path: String

    /// By another process: a program cannot be executed while somebody has it open for writing, and a child that
    /// another test forks just then would.
    init(_ text: String) async throws {
        let source = scratch.write("source", Array("#!/bin/sh\n\(text)\n".utf8))
        path = "\(scratch.path)/collector"
        let result = try await Subprocess.run(
            .path("/usr/bin/install"), arguments: ["-m", "755", source, path], input: .none, output: .discarded,
            error: .discarded)
        #expect(result.terminationStatus == .exited(0))
    }

    func start(
        environment: [String: String] = ["PATH": CollectorEnvironment.path], timeout: Duration = .seconds(60),
        grace: Duration = .seconds(60)
    ) throws -> CollectorProcess {
        let process = try CollectorProcess(path: path, environment: environment, timeout: timeout, grace: grace)
        // The program has to be there until it ends, whoever forgets this value before.
        nonisolated(unsafe) let scratch = scratch
        Task {
            _ = await process.fault()
            withExtendedLifetime(scratch) {}
        }
        return process
    }

    /// Everything that it prints, to the end.
    func output(_ environment: [String: String]) async throws -> String {
        let output = CollectorOutput(try start(environment: environment), limit: 1 << 20)
        var bytes: [UInt8] = []
        while case let more = try await output.read(upTo: 4096), !more.isEmpty { bytes += more }
        return String(decoding: bytes, as: UTF8.self)
    }
}

@Suite("A collector's process", .tags(.commandLine, .evidence), .timeLimit(.minutes(2)))
struct CollectorProcessTests {
    @Test("sees its own variables, three descriptors, the folder /, a session of its own, and no ignored signal")
    func surroundings() async throws {
        let script = try await Script(
            """
            env | grep -v '^PWD='
            pwd
            echo $(ls /proc/self/fd) $(readlink /proc/self/fd/0)
            ps -o sid= -p $$ | tr -d ' ' | sed "s/^$$\\$/leader/"
            sed -n 's/^SigIgn:.//p' /proc/$$/status
            """)
        let text = try await script.output(["REVIEWPACK_TENANT_ID": "t", "PATH": CollectorEnvironment.path])
        let lines = text.split(separator: "\n")
        #expect(
            lines.dropLast() == [
                "REVIEWPACK_TENANT_ID=t", "PATH=\(CollectorEnvironment.path)", "/",
                // 3 is the folder that ls itself looks at.
                "0 1 2 3 /dev/null", "leader",
            ], "\(text)")
        // 32 and 33 belong to the C library, which resets them for nobody.
        #expect((UInt64(lines.last ?? "", radix: 16) ?? .max) & ~(3 << 31) == 0, "\(text)")
    }

    @Test("that ends with an error tells its exit code and its last words, made harmless")
    func failing() async throws {
        let script = try await Script(
            "for i in 1 2 3 4; do echo line $i >&2; done; printf '\\033[2Jred\\n' >&2; exit 3")
        let fault = await (try script.start()).fault()
        #expect(fault?.failure == .collectorFailed)
        #expect(
            fault?.message
                == #"the collector ended with exit code 3; its last words: line 3 | line 4 | \u{1b}[2Jred"#)
    }

    @Test("that is ended by a signal says which; one that ended well has no fault")
    func endings() async throws {
        #expect(
            await (try await Script("kill -9 $$").start()).fault()?.message == "the collector was ended by signal 9")
        #expect(await (try await Script("echo x").start()).fault() == nil)
    }

    @Test("that cannot be started is a fault")
    func unstartable() {
        #expect(throws: ScanFault.self) {
            try CollectorProcess(path: "/nonexistent/collector", environment: [:], timeout: .seconds(1))
        }
    }

    @Test("is ended when its time is up, with everything that it started in its group")
    func timeout() async throws {
        // The children hold the output open: its end shows that they are gone.
        let script = try await Script("sleep 1000 & (sleep 1000 & sleep 1000) & echo started; wait")
        let process = try script.start(timeout: .milliseconds(300))
        let output = CollectorOutput(process, limit: 1000)
        await #expect(throws: ClientError.self) {
            while case let more = try await output.read(upTo: 4096), !more.isEmpty { _ = more }
        }
        #expect(await process.fault()?.failure == .timeout)
        #expect(await process.fault()?.message == "the collector took longer than 0.3 s")
    }

    @Test("that ignores being asked is killed after the grace")
    func stubborn() async throws {
        let script = try await Script("trap '' TERM; echo ready; while :; do sleep 1000; done")
        let process = try script.start(grace: .milliseconds(100))
        let output = CollectorOutput(process, limit: 1000)
        #expect(try await output.read(upTo: 6) == Array("ready\n".utf8))
        process.stop(ScanFault(.interrupted, "enough"))
        process.stop(ScanFault(.timeout, "a later reason does not count"))
        #expect(await process.fault() == ScanFault(.interrupted, "enough"))
    }

    @Test("leaves no process of its group behind when it ends well, and what it printed is whole")
    func leftBehind() async throws {
        let script = try await Script("sleep 1000 & echo $!; exit 0")
        let text = try await script.output(["PATH": CollectorEnvironment.path])
        let child = try #require(pid_t(text.dropLast()))
        // Reparented and reaped by somebody else: gone, or at least dead.
        #expect(kill(child, 0) != 0 || fileText("/proc/\(child)/stat")?.contains(") S ") != true)
    }

    @Test("whose child has left the session cannot keep the output open")
    func escaped() async throws {
        let script = try await Script("setsid sleep 30 & echo done")
        let clock = ContinuousClock()
        let start = clock.now
        #expect(try await script.output(["PATH": CollectorEnvironment.path]) == "done\n")
        #expect(clock.now - start < .seconds(30))
    }
}

@Suite("A collector's output", .tags(.commandLine, .evidence), .timeLimit(.minutes(2)))
struct CollectorOutputTests {
    @Test(
        "its first line says what it is and is taken away; without one it is a report",
        arguments: [
            ("#reviewpack findings\\n[1]", nil, .findings, "[1]"), ("#reviewpack report\\r\\n{}", nil, .report, "{}"),
            ("{\"a\":1}", nil, .report, "{\"a\":1}"), ("[]", .findings, .findings, "[]"), ("", nil, .report, ""),
            ("#reviewpack findings\\n[]", .findings, .findings, "[]"),
        ] as [(String, CollectorOutput.Kind?, CollectorOutput.Kind, String)])
    func kinds(printed: String, expected: CollectorOutput.Kind?, kind: CollectorOutput.Kind, rest: String) async throws
    {
        let script = try await Script("printf '\(printed)'")
        let output = CollectorOutput(try script.start(), limit: 1000)
        #expect(try await output.kind(expected: expected) == kind)
        var bytes: [UInt8] = []
        while case let more = try await output.read(upTo: 4096), !more.isEmpty { bytes += more }
        #expect(String(decoding: bytes, as: UTF8.self) == rest)
    }

    @Test(
        "any other first line that begins with # is refused",
        arguments: [
            ("#reviewpack nonsense\\n", nil), ("#!/bin/sh\\n", nil),
            ("#reviewpack report\\n", .findings),
            ("####################################################################", nil),
        ] as [(String, CollectorOutput.Kind?)])
    func unknown(printed: String, expected: CollectorOutput.Kind?) async throws {
        let script = try await Script("printf '%b' '\(printed)'; sleep 1000")
        let process = try script.start()
        await #expect(throws: ClientError.self) {
            // The sleep must be ended, not waited for.
            _ = try await CollectorOutput(process, limit: 1000).kind(expected: expected)
        }
        process.stop(ScanFault(.interrupted, "not this one"))
        #expect(await process.fault()?.failure == .outputInvalid)
    }

    @Test("what is wrong with the output counts also when the collector has ended well", arguments: ["#", "#x\\n"])
    func ended(printed: String) async throws {
        let process = try await Script("printf '\(printed)'").start()
        #expect(await process.fault() == nil)
        await #expect(throws: ClientError.self) {
            _ = try await CollectorOutput(process, limit: 1000).kind(expected: nil)
        }
        #expect(await process.fault()?.failure == .outputInvalid)
        let long = try await Script("printf 12345").start()
        #expect(await long.fault() == nil)
        await #expect(throws: ClientError.self) { _ = try await CollectorOutput(long, limit: 4).read(upTo: 100) }
        #expect(await long.fault()?.failure == .outputTooLarge)
    }

    @Test("a collector that prints without end is ended at the bound, and the import with it")
    func bound() async throws {
        let process = try await Script("echo '#reviewpack findings'; exec yes").start()
        let output = CollectorOutput(process, limit: 1 << 20)
        #expect(try await output.kind(expected: nil) == .findings)
        var total = 0
        await #expect(throws: ClientError.self) {
            while case let more = try await output.read(upTo: 65_536), !more.isEmpty { total += more.count }
        }
        #expect(total <= 1 << 20)
        #expect(await process.fault()?.failure == .outputTooLarge)
    }

    @Test("its end is never handed on when the collector failed after its last byte")
    func lateFailure() async throws {
        let output = CollectorOutput(try await Script("echo '{}'; exit 1").start(), limit: 1000)
        #expect(try await output.kind(expected: nil) == .report)
        #expect(try await output.read(upTo: 1) == Array("{".utf8))
        await #expect(throws: ClientError.self) {
            while case let more = try await output.read(upTo: 4096), !more.isEmpty { _ = more }
        }
    }

    @Test("only the end of its errors is kept, whatever their length")
    func lastWords() {
        var report = ScanFailureReport()
        #expect(report.text == "")
        for number in 0..<10_000 { Array("line \(number)\n\n".utf8).withUnsafeBytes { report.add($0) } }
        Array((String(repeating: "x", count: 300) + "\nend").utf8).withUnsafeBytes { report.add($0) }
        #expect(report.text == "line 9999 | \(String(repeating: "x", count: 200)) | end")
    }

    @Test(
        "names that may be passed on are those of variables that are not ours",
        arguments: [
            ("AZURE_CLIENT_ID", true), ("_x9", true), ("9x", false), ("", false), ("A=B", false), ("Ä", false),
            ("PATH", false), ("REVIEWPACK_TENANT_ID", false), ("REVIEWPACK_RESULTS", true),
        ])
    func names(name: String, isGood: Bool) {
        #expect((CollectorEnvironment.complaint(about: name) == nil) == isGood)
    }
}
