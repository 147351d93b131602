import ArgumentParser
import Daemon
import ExitCodes

struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the settings, or show those in force.",
        subcommands: [Check.self, Dump.self, Example.self])

    func run() throws { throw Program.missingSubcommand(of: Self.self) }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Look for mistakes in the file, the environment and the flags.",
            discussion: "Prints every problem, one a line, and exits with 78 when there is one.")

        @OptionGroup var options: ConfigurationOptions

        func run() throws {
            do {
                _ = try options.loader(Program.environment).load()
                print("the configuration is valid")
            } catch {
                throw Program.failure(error.problems.map { "\($0)\n" }.joined(), .configuration)
            }
        }
    }

    struct Dump: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print every setting with its value and where it comes from, as a file that reads back.")

        @OptionGroup var options: ConfigurationOptions

        func run() throws {
            do {
                print(SettingsText.dump(try options.loader(Program.environment).load()), terminator: "")
            } catch {
                throw Program.failure(error.problems.map { "\($0)\n" }.joined(), .configuration)
            }
        }
    }

    struct Example: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a settings file with every setting explained and commented out.")

        func run() { print(SettingsText.exampleFile, terminator: "") }
    }
}
