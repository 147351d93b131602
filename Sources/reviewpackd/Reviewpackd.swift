import ArgumentParser
import Daemon
import Domain
import ExitCodes
import Glibc
import SystemIO

/// The daemon's program; everything that it does is in `Daemon`.
@main
struct Reviewpackd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reviewpackd",
        abstract: "Holds the scan results of tenants and turns them into review packs.",
        discussion: "Clients reach it over a Unix socket; see reviewpackctl(1).",
        version: "reviewpackd \(ProductVersion.current)",
        subcommands: [Serve.self, Config.self, Keys.self, Version.self])

    func run() throws { throw Program.missingSubcommand(of: Self.self) }

    static func main() {
        // Before anything opens a file or starts a thread.
        ProcessSetup.occupyStandardDescriptors()
        ProcessSetup.restrictFileModes()
        // Before the arguments are read, or a SIGHUP that comes with the start would end the daemon.
        ProcessSetup.blockHandledSignals()
        do {
            var command = try parseAsRoot()
            if !(command is Serve) { ProcessSetup.unblockHandledSignals() }
            try command.run()
        } catch {
            exit(withError: error)
        }
    }
}

struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print the version.")

    func run() { print(Reviewpackd.configuration.version) }
}

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

/// What the commands share with the process around them.
enum Program {
    /// The environment at start.
    static let environment = ProcessEnvironment.variables()

    /// Writes lines to standard error; throw the result to end the program.
    static func failure(_ lines: String, _ status: ExitStatus) -> ExitCode {
        StandardError.write(lines)
        return ExitCode(status.rawValue)
    }

    /// A command that only groups others was given alone.
    static func missingSubcommand(of command: (some ParsableCommand).Type) -> ExitCode {
        failure(Reviewpackd.helpMessage(for: command) + "\nreviewpackd: a command is missing\n", .usage)
    }

    static func failure(_ error: StartupError) -> ExitCode { failure(error.lines, error.exit) }
}
