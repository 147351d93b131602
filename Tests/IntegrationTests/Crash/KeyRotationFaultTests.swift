import CrashTesting
import TestTags
import Testing

/// The file of token keys is written outside of the store, by a process of its own.
@Suite("A rotation of the token keys", .tags(.durability))
struct KeyRotationFaultTests {
    @Test(
        "that dies or fails at any of its calls leaves a whole file, and every token that was handed out",
        arguments: [FaultSweep.Fault.killBefore, .killAfter, .io])
    func everyCall(_ fault: FaultSweep.Fault) async throws {
        let interposer = try await CrashTools.shared.interposer()
        let state = try await CrashTools.shared.preparedState()
        await Turnstile.daemons.enter()
        let outcome: Result<[String], any Error>
        do {
            let rotation = KeyRotation(daemon: Programs.daemon, interposer: interposer)
            outcome = .success(try await rotation.run(fault, on: state))
        } catch {
            outcome = .failure(error)
        }
        await Turnstile.daemons.leave()
        let calls = try outcome.get()
        #expect(Set(["open", "write", "fsync", "rename"]).isSubset(of: calls), "\(calls)")
    }
}
