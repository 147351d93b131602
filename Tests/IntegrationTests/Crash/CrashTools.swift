import CrashTesting
import Foundation
import Testing

/// What the crash tests make once and share.
actor CrashTools {
    static let shared = CrashTools()

    private var prepared: Task<PreparedState, any Error>?
    private var library: Task<String, any Error>?

    func preparedState() async throws -> PreparedState {
        if let prepared { return try await prepared.value }
        let task = Task { try await PreparedState.make(daemon: Programs.daemon, seed: 1) }
        prepared = task
        return try await task.value
    }

    /// The preloaded library of `Interposer`.
    func interposer() async throws -> String {
        if let library { return try await library.value }
        let task = Task { try Interposer.build(in: Programs.folder) }
        library = task
        return try await task.value
    }

    /// Runs a mode of `CrashLoop` and returns its summary; a seed that failed once is given again by `REVIEWPACK_TESTS_SEED`.
    static func crashLoop(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws
        -> String
    {
        let seed = ProcessInfo.processInfo.environment["REVIEWPACK_TESTS_SEED"].map { ["--seed", $0] } ?? []
        await Turnstile.daemons.enter()
        let result: Result<CommandResult, any Error>
        do {
            result = .success(
                try await run(Programs.crashLoop, arguments + ["--daemon", Programs.daemon] + seed))
        } catch {
            result = .failure(error)
        }
        await Turnstile.daemons.leave()
        return try result.get().succeeded(sourceLocation: sourceLocation).text
    }
}
