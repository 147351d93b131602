import Foundation
import ReviewPackAPI
import ReviewPackClient
import Subprocess
import SystemPackage
import Testing

/// A real `reviewpackd serve` process in a folder of its own.
struct Daemon: Sendable {
    let scratch: Scratch
    let pid: pid_t
    /// The socket, which every user of the machine may connect to.
    let address: String

    static func stateDirectory(_ scratch: Scratch) -> String { scratch.file("state") }
    var stateDirectory: String { Self.stateDirectory(scratch) }

    /// Runs `reviewpackctl` against it.
    func ctl(
        _ arguments: String..., as account: Account = .current, input: [UInt8] = [],
        environment: [String: String] = [:], in folder: String? = nil
    ) async throws -> CommandResult {
        try await ctl(arguments, as: account, input: input, environment: environment, in: folder)
    }

    func ctl(
        _ arguments: [String], as account: Account = .current, input: [UInt8] = [],
        environment: [String: String] = [:], in folder: String? = nil
    ) async throws -> CommandResult {
        try await run(
            Programs.client, arguments, as: account, input: input,
            environment: environment.merging(["REVIEWPACK_ADDRESS": address]) { mine, _ in mine },
            in: folder ?? scratch.path)
    }

    /// Makes calls in the typed client, as the tests' own user.
    func withClient<Result>(_ body: (ReviewPackClient) async throws -> Result) async throws -> Result {
        let client = try await ReviewPackClient.connect(
            to: ClientAddress(address), connectTimeout: Self.patience)
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(client)) } catch { result = .failure(error) }
        await client.close()
        return try result.get()
    }

    /// How long a daemon may take to begin to listen.
    static let patience = Duration.seconds(30)
}

/// Runs a daemon around `body`, and ends it whatever happens; it must then end cleanly.
///
/// `body` begins when the daemon answers a health check. Give the same scratch folder again to start on the same state.
@discardableResult
func withDaemon<Result: Sendable>(
    in scratch: Scratch, arguments: [String] = [], environment: [String: String] = [:], account: Account = .current,
    endsWith expected: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: @escaping @Sendable (Daemon) async throws -> Result
) async throws -> Result {
    await Turnstile.daemons.enter()
    let ended: Swift.Result<Ended<Result>, any Error>
    do {
        ended = .success(
            try await serve(in: scratch, arguments: arguments, environment: environment, account: account, body))
    } catch {
        ended = .failure(error)
    }
    await Turnstile.daemons.leave()
    let (outcome, exit, journal) = try ended.get()
    #expect(exit == expected, "the daemon's last words:\n\(journal)", sourceLocation: sourceLocation)
    if case .failure = outcome {
        Issue.record("the daemon's last words:\n\(journal)", sourceLocation: sourceLocation)
    }
    return try outcome.get()
}

private typealias Ended<Value> = (outcome: Result<Value, any Error>, exit: Int32, journal: String)

private func serve<Value: Sendable>(
    in scratch: Scratch, arguments: [String], environment: [String: String], account: Account,
    _ body: @escaping @Sendable (Daemon) async throws -> Value
) async throws -> Ended<Value> {
    let address = scratch.file("sock")
    let own = ["serve", "--state-dir", Daemon.stateDirectory(scratch), "--socket", address, "--socket-mode", "0666"]
    let (executable, words) = invocation(of: Programs.daemon, own + arguments, as: account)
    let process = try await Subprocess.run(
        .path(.init(executable)), arguments: Arguments(words),
        environment: .custom(surroundings(environment)), workingDirectory: .init(scratch.path),
        platformOptions: teardown(), input: .none, output: .bytes(limit: 64 << 20), error: .combinedWithOutput
    ) { execution in
        let pid = pid_t(execution.processIdentifier.value)
        let daemon = Daemon(scratch: scratch, pid: pid, address: address)
        let outcome: Result<Value, any Error>
        do {
            let health = try await daemon.withClient { try await $0.health() }
            try #require(health.status == .serving)
            outcome = .success(try await body(daemon))
        } catch {
            outcome = .failure(error)
        }
        // It may have ended already, by the test's own hand.
        kill(pid, SIGTERM)
        return outcome
    }
    return (
        process.closureResult, process.terminationStatus.exitCode,
        String(decoding: process.standardOutput.suffix(8192), as: UTF8.self)
    )
}

/// The same on a state of its own.
@discardableResult
func withDaemon<Result: Sendable>(
    arguments: [String] = [], sourceLocation: SourceLocation = #_sourceLocation,
    _ body: @escaping @Sendable (Daemon) async throws -> Result
) async throws -> Result {
    try await withDaemon(in: Scratch(), arguments: arguments, sourceLocation: sourceLocation, body)
}
