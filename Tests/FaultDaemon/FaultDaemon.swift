import Daemon
import Domain
import ExitCodes
import Glibc
import Storage
import SystemIO

/// The daemon with a bomb in it, for the tests alone: it kills itself at the persistence step that FAULT_POINT names.
///
/// A program of its own, because `reviewpackd` must not have a switch for this. Settings come from the environment.
/// FAULT_POINT is one name, or two joined by `:`; then the first throws as if its step had failed, and the second
/// kills.
@main
struct FaultDaemon {
    static func main() {
        let environment = ProcessEnvironment.variables()
        let names = (environment["FAULT_POINT"] ?? "").split(separator: ":").map(String.init)
        let points = names.compactMap(FaultPoint.init(rawValue:))
        guard !points.isEmpty, points.count == names.count else {
            print("FAULT_POINT names no step: \(names)")
            exit(64)
        }
        let (throwing, deadly) = (points.count > 1 ? points[0] : nil, points[points.count - 1])
        ProcessSetup.becomeDaemonProcess()
        let daemon = DaemonProcess(
            loader: SettingsLoader(configFlag: nil, environment: environment), environment: environment,
            faults: { point in
                // As a power switch would: no handler, no flush.
                if point == deadly { kill(getpid(), SIGKILL) }
                if point == throwing { throw SystemError(EIO, "fsync") }
            })
        // Detached: this function belongs to the main actor, whose thread only waits.
        Task.detached { exit(await daemon.serve().rawValue) }
        while true { pause() }
    }
}
