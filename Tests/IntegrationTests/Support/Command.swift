import Foundation
import Subprocess
import SystemPackage
import Testing

/// How a program ended and what it printed.
struct CommandResult: Sendable, CustomStringConvertible {
    var command: String
    /// The exit code; 128 and more for a signal, as a shell counts it.
    var exit: Int32
    var output: [UInt8]
    var errors: String

    var text: String { String(decoding: output, as: UTF8.self) }
    var lines: [String] { text.split(separator: "\n").map(String.init) }

    var description: String { "\(command)\nexit \(exit)\n\(text)\(errors)" }

    /// The JSON that it printed.
    func json(sourceLocation: SourceLocation = #_sourceLocation) throws -> JSON {
        let value = try JSONSerialization.jsonObject(with: Data(output), options: [.fragmentsAllowed])
        return JSON(value)
    }

    /// The same, after a check that it ended well.
    @discardableResult
    func succeeded(sourceLocation: SourceLocation = #_sourceLocation) throws -> CommandResult {
        try #require(exit == 0, "\(self)", sourceLocation: sourceLocation)
        return self
    }

    /// Checks the exit code, and the stable reason that the client prints in brackets.
    func refused(
        _ exit: Int32, _ reason: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(self.exit == exit, "\(self)", sourceLocation: sourceLocation)
        #expect(errors.contains("[\(reason)]"), "\(self)", sourceLocation: sourceLocation)
    }
}

/// Runs a program to its end, in surroundings of its own.
func run(
    _ program: String, _ arguments: [String], as account: Account = .current, input: [UInt8] = [],
    environment: [String: String] = [:], in folder: String = "/"
) async throws -> CommandResult {
    let (executable, words) = invocation(of: program, arguments, as: account)
    let result = try await Subprocess.run(
        .path(.init(executable)), arguments: Arguments(words), environment: .custom(surroundings(environment)),
        workingDirectory: .init(folder), platformOptions: teardown(),
        input: .fileDescriptor(.init(rawValue: Feed.start(input)), closeAfterSpawningProcess: true),
        output: .bytes(limit: 64 << 20), error: .bytes(limit: 1 << 20))
    return CommandResult(
        command: ([program] + arguments).joined(separator: " "), exit: result.terminationStatus.exitCode,
        output: result.standardOutput, errors: String(decoding: result.standardError, as: UTF8.self))
}

/// The environment of a program under test; of the tests' own it has what a sanitizer is told (scripts/sanitize).
func surroundings(_ more: [String: String]) -> [Environment.Key: String] {
    var all = ["PATH": "\(Programs.folder):/usr/bin:/bin", "HOME": "/nonexistent", "LIBDISPATCH_LOG": "NO"]
    for name in ["TSAN_OPTIONS", "ASAN_OPTIONS", "LSAN_OPTIONS", "SWIFT_BACKTRACE"] {
        all[name] = ProcessInfo.processInfo.environment[name]
    }
    all.merge(more) { _, new in new }
    return Dictionary(
        uniqueKeysWithValues: all.compactMap { key, value in Environment.Key(rawValue: key).map { ($0, value) } })
}

/// What starts a program as another user: setpriv(1), which keeps its process id.
///
/// Not Subprocess's own way, which calls setgroups(3) and setuid(2) between fork and exec. In glibc both wait for the
/// threads of the process, and in the child of a process with threads one that was just being made when it forked is
/// waited for without end.
func invocation(
    of program: String, _ arguments: [String], as account: Account
) -> (executable: String, arguments: [String]) {
    guard account != .current else { return (program, arguments) }
    let groups = account.supplementaryGroups.map(String.init).joined(separator: ",")
    let options = [
        "--reuid=\(account.uid)", "--regid=\(account.gid)", groups.isEmpty ? "--clear-groups" : "--groups=\(groups)",
    ]
    return ("/usr/bin/setpriv", options + ["--", program] + arguments)
}

/// A program that is left behind by a cancelled test is asked to end before it is killed.
func teardown() -> PlatformOptions {
    var options = PlatformOptions()
    options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(10))]
    return options
}

extension TerminationStatus {
    var exitCode: Int32 {
        switch self {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }
}

/// A JSON value, read loosely: a missing key is null.
struct JSON: @unchecked Sendable, CustomStringConvertible {
    // Only values of JSONSerialization, which never change.
    private let value: Any?

    init(_ value: Any?) { self.value = value }

    subscript(key: String) -> JSON { JSON((value as? [String: Any])?[key]) }
    subscript(index: Int) -> JSON {
        let array = value as? [Any] ?? []
        return JSON(array.indices.contains(index) ? array[index] : nil)
    }

    var string: String? { value as? String }
    var int: Int? { (value as? NSNumber)?.intValue }
    var bool: Bool? { value as? Bool }
    var array: [JSON] { (value as? [Any] ?? []).map { JSON($0) } }
    var isArray: Bool { value is [Any] }
    var keys: [String] { ((value as? [String: Any])?.keys).map { $0.sorted() } ?? [] }
    var isNull: Bool { value == nil || value is NSNull }

    var description: String { value.map { "\($0)" } ?? "null" }
}
