import Foundation
import Synchronization
import Testing

@testable import Daemon

/// A real `reviewpackd` process, started with exactly the descriptors that a test wants.
final class ServeProcess: Sendable {
    /// How descriptors 0 to 2 are at start.
    enum Standard {
        case usual
        case closed
    }

    let pid: pid_t
    private let log: String

    /// The program beside the tests' own.
    static let program: String = {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        if let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
            !FileManager.default.fileExists(atPath: folder.appending(path: "reviewpackd").path)
        {
            folder = URL(fileURLWithPath: executable).deletingLastPathComponent()
        }
        return folder.appending(path: "reviewpackd").path
    }()

    /// - Parameters:
    ///   - environment: all of the child's variables; LISTEN_PID=self is replaced by its own pid.
    ///   - passing: becomes the child's descriptor 3.
    init(
        _ arguments: [String], in scratch: Scratch, environment: [String: String] = [:], passing: Int32? = nil,
        standard: Standard = .usual, program: String = ServeProcess.program
    ) throws {
        log = scratch.file("log.\(UInt32.random(in: .min ... .max))")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        switch standard {
        case .usual:
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        case .closed:
            for descriptor in Int32(0)...2 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        }
        // Duplicated first, in case it is 3 itself and closes on exec.
        if let passing {
            posix_spawn_file_actions_adddup2(&actions, passing, 100)
            posix_spawn_file_actions_adddup2(&actions, 100, 3)
            posix_spawn_file_actions_addclose(&actions, 100)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A child must not inherit what test runners block or ignore.
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        // The shell knows the pid that the program will have.
        let script = "if [ \"$LISTEN_PID\" = self ]; then export LISTEN_PID=$$; fi; exec \"$0\" \"$@\""
        let words = ["/bin/sh", "-c", script, program] + arguments
        var argv = words.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for pointer in argv + variables { free(pointer) } }
        var child: pid_t = 0
        try #require(posix_spawn(&child, "/bin/sh", &actions, &attributes, &argv, &variables) == 0)
        pid = child
    }

    private let ended = Mutex(false)

    /// No test leaves a process behind.
    deinit {
        guard !ended.withLock({ $0 }) else { return }
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    /// Sends a signal.
    func send(_ signal: Int32) { kill(pid, signal) }

    /// Waits for the end: the exit code, or minus the signal that ended it.
    func wait() async -> Int32 {
        let pid = pid
        let status: Int32 = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var status: Int32 = 0
                while waitpid(pid, &status, 0) < 0, errno == EINTR {}
                continuation.resume(returning: status)
            }
        }
        ended.withLock { $0 = true }
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F)
    }

    /// What it wrote so far.
    var output: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    func lines(containing text: String) -> [String] {
        output.split(separator: "\n").map(String.init).filter { $0.contains(text) }
    }

    /// What the kernel says of the process: a line of /proc/PID/FILE.
    func kernel(_ file: String, _ prefix: String) -> String {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/\(file)", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").first { $0.hasPrefix(prefix) }.map(String.init) ?? ""
    }
}
