package import Domain
import Glibc
package import ReviewPackClient
import SystemIO

/// Everything that a command reaches beyond its own arguments; tests replace the parts.
package struct CommandContext: Sendable {
    package typealias Connect =
        @Sendable (_ address: ClientAddress, _ timeout: Duration, _ onBehalfOf: String?) async throws(ClientError) ->
        ReviewPackClient

    package var terminal: Terminal
    package var environment: [String: String]
    /// Standard output: data alone.
    package var output: any ByteChannel
    /// Standard error: progress, questions, errors.
    package var errors: any ByteChannel
    package var input: StandardInput
    package var accounts: AccountDatabase
    package var interruption: Interruption
    package var connect: Connect
    package var now: @Sendable () -> UnixMillis
    /// What `doctor` sees of the machine.
    var machine = Machine.own

    package init(
        terminal: Terminal, environment: [String: String], output: any ByteChannel, errors: any ByteChannel,
        input: StandardInput, accounts: AccountDatabase, interruption: Interruption = Interruption(),
        connect: @escaping Connect, now: @escaping @Sendable () -> UnixMillis
    ) {
        self.terminal = terminal
        self.environment = environment
        self.output = output
        self.errors = errors
        self.input = input
        self.accounts = accounts
        self.interruption = interruption
        self.connect = connect
        self.now = now
    }

    /// The context of a process: its streams, its environment, a real socket.
    package static func ofProcess() -> CommandContext {
        let environment = ProcessEnvironment.variables()
        return CommandContext(
            terminal: .ofProcess(environment: environment), environment: environment,
            output: DescriptorChannel.standardOutput, errors: DescriptorChannel.standardError, input: .ofProcess,
            accounts: .system,
            connect: { (address, timeout, onBehalfOf) async throws(ClientError) in
                try await ReviewPackClient.connect(to: address, connectTimeout: timeout, onBehalfOf: onBehalfOf)
            },
            now: { UnixMillis(clock: SystemClock.wall()) })
    }
}

/// The standard input of a program: answers to questions, and bytes for `-`.
package struct StandardInput: Sendable {
    /// One line without its end; nil at the end of the input.
    package var readLine: @Sendable () async -> String?
    /// The bytes from here on.
    package var source: @Sendable () -> any ByteSource

    package init(readLine: @escaping @Sendable () async -> String?, source: @escaping @Sendable () -> any ByteSource) {
        self.readLine = readLine
        self.source = source
    }

    static let ofProcess = StandardInput(
        readLine: { Swift.readLine(strippingNewline: true) },
        source: { DescriptorSource(descriptor: STDIN_FILENO, name: "standard input") })
}
