import ClientTesting
import Domain
import ExitCodes
import Synchronization

@testable import CLI
@testable import ReviewPackClient

/// One run of the program against a fake service.
struct ProgramRun {
    var end: CommandLineProgram.End
    var output: String
    var errors: String

    var status: ExitCodes.ExitStatus? { if case .exit(let status) = end { status } else { nil } }

    /// Everything that a person would see, for golden files.
    var transcript: String {
        "--- standard output\n\(output)--- standard error\n\(errors)--- exit \(status?.rawValue ?? -1)\n"
    }
}

extension Terminal {
    /// A person at a terminal with colours.
    static let person = Terminal(canAsk: true, isOutput: true, isError: true, width: 80, allowsColour: true)
    /// The same without colours, for files that people read.
    static let plainPerson = Terminal(canAsk: true, isOutput: true, isError: true, width: 80, allowsColour: false)
}

func run(
    _ arguments: String..., service: FakeService = FakeService(), terminal: Terminal = .none, answers: [String] = [],
    input: [UInt8] = [], environment: [String: String] = [:], output: (any ByteChannel)? = nil,
    errors: MemoryChannel = MemoryChannel()
) async -> ProgramRun {
    await run(
        arguments, service: service, terminal: terminal, answers: answers, input: input, environment: environment,
        output: output, errors: errors)
}

func run(
    _ arguments: [String], service: FakeService = FakeService(), terminal: Terminal = .none, answers: [String] = [],
    input: [UInt8] = [], environment: [String: String] = [:], output: (any ByteChannel)? = nil,
    errors: MemoryChannel = MemoryChannel()
) async -> ProgramRun {
    let kept = MemoryChannel()
    var context = CommandContext(
        terminal: terminal, environment: environment, output: output ?? kept, errors: errors,
        input: StandardInput(readLine: nextLine(of: answers), source: { MemorySource(input) }), accounts: .fixture,
        connect: { (address, _, onBehalfOf) async throws(ClientError) in
            guard address.path != "/unreachable.sock" else {
                throw .unreachable(address: address.path, errno: 2)
            }
            return ReviewPackClient(
                address: address, onBehalfOf: onBehalfOf, connection: service, dial: { service })
        }, now: { UnixMillis(1_772_000_000_000) })
    context.machine = .fixture
    let end = await CommandLineProgram.run(arguments, in: context)
    return ProgramRun(end: end, output: kept.text, errors: errors.text)
}

private func nextLine(of answers: [String]) -> @Sendable () async -> String? {
    let rest = SharedLines(answers)
    return { rest.next() }
}

private final class SharedLines: Sendable {
    private let lines: Mutex<[String]>
    init(_ lines: [String]) { self.lines = Mutex(lines) }
    func next() -> String? { lines.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
}

extension AccountDatabase {
    static let fixture = AccountDatabase(
        uid: { ["alice": 1000, "root": 0][$0] }, gid: { ["auditors": 2000][$0] },
        userName: { [1000: "alice", 0: "root"][$0] }, groupName: { [2000: "auditors"][$0] })
}
