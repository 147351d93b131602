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

    /// One at a time: each keeps all of the machine's cores busy.
    private static let turnstile = Turnstile(places: 1)

    /// Runs a mode of `CrashLoop` and returns its summary; a seed that failed once is given again by
    /// `REVIEWPACK_TESTS_SEED`.
    ///
    /// Niced, because the other tests have time limits and this one only does less when it gets less.
    static func crashLoop(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws
        -> String
    {
        let seed = ProcessInfo.processInfo.environment["REVIEWPACK_TESTS_SEED"].map { ["--seed", $0] } ?? []
        await turnstile.enter()
        let result: Result<CommandResult, any Error>
        do {
            let words = ["-n", "10", Programs.crashLoop] + arguments + ["--daemon", Programs.daemon] + seed
            result = .success(try await run("/usr/bin/nice", words))
        } catch {
            result = .failure(error)
        }
        await turnstile.leave()
        return try result.get().succeeded(sourceLocation: sourceLocation).text
    }
}
