import Foundation
import ReviewPackClient
import ReviewPackWire
import Subprocess
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
    let address = scratch.file("sock")
    let outcome = try await Subprocess.run(
        .path(.init(Programs.daemon)),
        arguments: Arguments(
            [
                "serve", "--state-dir", Daemon.stateDirectory(scratch), "--socket", address, "--socket-mode", "0666",
            ] + arguments),
        environment: .custom(surroundings(environment)), workingDirectory: .init(scratch.path),
        platformOptions: options(account), input: .none, output: .bytes(limit: 64 << 20), error: .combinedWithOutput
    ) { execution in
        let pid = pid_t(execution.processIdentifier.value)
        let daemon = Daemon(scratch: scratch, pid: pid, address: address)
        let outcome: Swift.Result<Result, any Error>
        do {
            try await daemon.withClient { client in
                let health = try await client.health()
                #expect(health.status == .serving, sourceLocation: sourceLocation)
            }
            outcome = .success(try await body(daemon))
        } catch {
            outcome = .failure(error)
        }
        // It may have ended already, by the test's own hand.
        kill(pid, SIGTERM)
        return outcome
    }
    let journal = String(decoding: outcome.standardOutput.suffix(8192), as: UTF8.self)
    #expect(
        outcome.terminationStatus.exitCode == expected, "the daemon's last words:\n\(journal)",
        sourceLocation: sourceLocation)
    switch outcome.closureResult {
    case .success(let result): return result
    case .failure(let error):
        Issue.record("the daemon's last words:\n\(journal)", sourceLocation: sourceLocation)
        throw error
    }
}

/// The same on a state of its own.
@discardableResult
func withDaemon<Result: Sendable>(
    arguments: [String] = [], sourceLocation: SourceLocation = #_sourceLocation,
    _ body: @escaping @Sendable (Daemon) async throws -> Result
) async throws -> Result {
    try await withDaemon(in: Scratch(), arguments: arguments, sourceLocation: sourceLocation, body)
}
