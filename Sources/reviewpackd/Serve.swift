import ArgumentParser
import Daemon
import Glibc

struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve requests until SIGTERM or SIGINT.",
        discussion: """
            SIGHUP reads the settings and token keys again. The first SIGTERM or SIGINT lets running work finish for \
            drain_seconds; a second one stops at once.
            """)

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        ProcessSetup.becomeDaemonProcess()
        let environment = Program.environment
        let daemon = DaemonProcess(loader: options.loader(environment), environment: environment)
        Task { Glibc.exit(await daemon.serve().rawValue) }
        // This thread has nothing left to do; its signals are blocked for the daemon's handlers.
        while true { pause() }
    }
}
