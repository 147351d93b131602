import Foundation

/// Whether times mean something in this run.
///
/// Among the other tests only gross differences can be told from noise. `REVIEWPACK_TIMING_ROUNDS=5000`, on a machine
/// that does nothing else and with a release daemon in `REVIEWPACK_PROGRAMS`, asks for fine ones, as `scripts/soak`
/// does; then what was measured is printed as well.
enum QuietMachine {
    /// How often each call is timed; nil among other tests.
    static let rounds = ProcessInfo.processInfo.environment["REVIEWPACK_TIMING_ROUNDS"].flatMap(Int.init)

    static func report(_ line: String) { if rounds != nil { print("timing: \(line)") } }
}
