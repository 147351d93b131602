import ArgumentParser
import Daemon
import Domain
import ExitCodes
import SystemIO

struct Keys: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List or rotate the keys that sign download tokens.", subcommands: [List.self, Rotate.self])

    func run() throws { throw Program.missingSubcommand(of: Self.self) }

    struct FileOption: ParsableArguments {
        @Option(
            help: ArgumentHelp(
                """
                Key file (else \(KeyCommands.packagedFile) if it exists and no state directory was given, else keys/ \
                of the state directory).
                """, valueName: "file"), completion: .file())
        var keyFile: String?

        @OptionGroup var options: ConfigurationOptions

        func load() throws -> (KeyCommands, Settings) {
            do {
                let settings = try options.loader(Program.environment).load().settings
                let keys = try KeyCommands(
                    file: keyFile, settings: settings, clock: { UnixMillis(clock: SystemClock.wall()) })
                return (keys, settings)
            } catch let error as SettingsError {
                throw Program.failure(error.problems.map { "\($0)\n" }.joined(), .configuration)
            } catch let error as StartupError {
                throw Program.failure(error)
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the keys, oldest first, without their secrets.")

        @OptionGroup var file: FileOption

        func run() throws {
            let (keys, _) = try file.load()
            do { print(try keys.list(), terminator: "") } catch { throw Program.failure(error) }
        }
    }

    struct Rotate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a new signing key and drop the keys that no valid token can carry.",
            discussion: "Tokens that were handed out stay valid for their time, unless --revoke is given.")

        @OptionGroup var file: FileOption

        @Flag(help: "Drop every old key: all tokens handed out so far end.")
        var revoke = false

        func run() throws {
            let (keys, settings) = try file.load()
            do {
                print(
                    try keys.rotate(tokenTTLMinutes: settings.downloadTokenTTLMinutes, revoke: revoke), terminator: "")
            } catch {
                throw Program.failure(error)
            }
        }
    }
}
