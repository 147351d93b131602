import ArgumentParser
import Daemon
import Domain
import Glibc

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
