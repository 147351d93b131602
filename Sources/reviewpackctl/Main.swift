import CLI
import ExitCodes
import Glibc

@main struct Main {
    static func main() async {
        let context = CommandContext.ofProcess()
        let signals = context.interruption.watchSignals()
        let end = await CommandLineProgram.run(Array(CommandLine.arguments.dropFirst()), in: context)
        // The handlers live as long as the work.
        withExtendedLifetime(signals) {}
        switch end {
        case .exit(let status): exit(status.rawValue)
        case .readerGone:
            // SwiftNIO ignores SIGPIPE; the shell should see the end that it knows from other programs.
            signal(SIGPIPE, SIG_DFL)
            raise(SIGPIPE)
        }
    }
}
