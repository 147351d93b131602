import Domain
import ExitCodes
import ReviewPackAPI
import ReviewPackClient
import TTRPC
import TestTags
import Testing

@testable import CLI

@Suite("Errors and exit codes", .tags(.commandLine))
struct ErrorTests {
    private func failing(with failure: RPCFailure) -> FakeService {
        let service = FakeService()
        service.on(Methods.directoryServiceWhoAmI) { _ in throw failure }
        return service
    }

    @Test(
        "every reason of the service has its exit code and two lines with the reason's word", arguments: Reason.allCases
    )
    func reasons(reason: Reason) async {
        let result = await run("whoami", service: failing(with: .of(reason, "what failed")))
        #expect(result.status == reason.exit)
        #expect(result.output.isEmpty)
        #expect(result.errors.hasPrefix("error: what failed [\(reason.rawValue)]\n next: "))
        #expect(result.errors.split(separator: "\n").count == 2)
    }

    @Test("the whole table of reasons reads like this")
    func table() async {
        var text = ""
        for reason in Reason.allCases {
            text += "\(reason.exit.rawValue)\t\(reason.rawValue)\t\(reason.advice)\n"
        }
        expectGolden("reasons", text)
    }

    @Test(
        "a status without one of our reasons is judged by its code",
        arguments: [
            (StatusCode.notFound, ExitCodes.ExitStatus.notFound), (.permissionDenied, .noPermission),
            (.unauthenticated, .noPermission), (.aborted, .temporary), (.resourceExhausted, .temporary),
            (.deadlineExceeded, .temporary), (.invalidArgument, .usage), (.outOfRange, .usage),
            (.failedPrecondition, .failure), (.alreadyExists, .failure), (.dataLoss, .badData),
            (.unavailable, .unavailable), (.unimplemented, .software), (.internal, .software), (.unknown, .software),
            (.cancelled, .interrupted),
        ])
    func codes(code: StatusCode, exit: ExitCodes.ExitStatus) async {
        let result = await run("whoami", service: failing(with: RPCFailure(code: code, message: "m")))
        #expect(result.status == exit)
    }

    @Test("each reason has the exit code that fits its status code")
    func fitting() {
        for reason in Reason.allCases {
            let expected: Set<ExitCodes.ExitStatus> =
                switch reason.code {
                case .notFound: [.notFound]
                case .permissionDenied: [.noPermission]
                case .aborted, .resourceExhausted, .deadlineExceeded: [.temporary]
                case .failedPrecondition, .alreadyExists: [.failure]
                case .invalidArgument: [.usage, .badData]
                case .dataLoss: [.badData]
                // 74 is the code for input and output, here those of the service.
                case .unavailable: [.unavailable, .io]
                case .unimplemented, .internal: [.software]
                case .cancelled: [.interrupted]
                case .ok, .unknown, .outOfRange, .unauthenticated: []
                }
            #expect(expected.contains(reason.exit), "\(reason.rawValue)")
        }
    }

    @Test("every reason's exit is the table's, whatever code it came with", arguments: Reason.allCases)
    func exits(reason: Reason) {
        let error = ClientError.remote(RemoteFailure(rawReason: reason.rawValue, code: .unknown, message: ""))
        #expect(error.exitStatus == reason.exit && reason.exit != .ok)
        #expect(!error.advice.isEmpty)
    }

    @Test("a status with details that are not ours ends with 70")
    func foreign() {
        let error = ClientError.remote(RemoteFailure(rawReason: nil, code: .internal, message: "m"))
        #expect(error.exitStatus == .software)
    }

    @Test(
        "a connection that failed is 69, a peer that breaks the protocol 70, an interrupt 130",
        arguments: [
            (ClientError.unreachable(address: "p", errno: 2), ExitCodes.ExitStatus.unavailable),
            (.connectionLost(address: "p"), .unavailable), (.protocolViolation("x"), .software),
            (.usage("x", advice: "y"), .usage), (.cancelled, .interrupted),
        ])
    func connections(error: ClientError, exit: ExitCodes.ExitStatus) {
        #expect(error.exitStatus == exit)
    }

    @Test("a socket that may not be used says whom to ask")
    func permission() {
        #expect(ClientError.unreachable(address: "/run/x", errno: 13).advice.contains("operator"))
    }

    @Test("a reason that this client does not know is printed, and its code decides")
    func unknownReason() async {
        let info = GoogleRPC.ErrorInfo(reason: "FROM_THE_FUTURE", domain: "reviewpack")
        let failure = RPCFailure(
            code: .aborted, message: "m",
            details: [.init(typeURL: "type.googleapis.com/google.rpc.ErrorInfo", value: info.serialized())])
        let result = await run("whoami", service: failing(with: failure))
        #expect(result.status == .temporary)
        #expect(result.errors.contains("[FROM_THE_FUTURE]"))
    }

    @Test("text of the service cannot move the cursor")
    func untrusted() async {
        let result = await run("whoami", service: failing(with: .of(.notFound, "a\u{1B}[2J\nerror: forged")))
        #expect(result.errors.split(separator: "\n").count == 2)
        #expect(!result.errors.contains("\u{1B}"))
    }

    @Test("an unreachable service ends with 69 and says how to start or find it")
    func unreachable() async {
        let result = await run("list", "--address", "/unreachable.sock")
        #expect(result.status == .unavailable)
        expectGolden("unreachable", result.transcript)
    }

    @Test("the address comes from the option, then the environment, then the default")
    func address() async {
        let viaOption = await run("list", "--address", "/unreachable.sock", environment: ["REVIEWPACK_ADDRESS": "@x"])
        #expect(viaOption.status == .unavailable)
        let viaEnvironment = await run("list", environment: ["REVIEWPACK_ADDRESS": "/unreachable.sock"])
        #expect(viaEnvironment.status == .unavailable)
        let before = await run("--address", "/unreachable.sock", "list")
        #expect(before.status == .unavailable)
        let abstract = await run("list", environment: ["REVIEWPACK_ADDRESS": "@x"])
        #expect(abstract.status == .usage)
    }

    @Test("--on-behalf-of goes with every call as metadata")
    func delegation() async {
        let service = FakeService()
        service.on(Methods.directoryServiceWhoAmI) { _ in Proto.WhoAmIResponse() }
        _ = await run("whoami", "--on-behalf-of", "alice@example.org", service: service)
        #expect(service.metadata == [["reviewpack-on-behalf-of": "alice@example.org"]])
    }

    @Test("a reader that has gone ends the program without a word")
    func closedPipe() async {
        let service = FakeService()
        service.on(Methods.directoryServiceWhoAmI) { _ in Proto.WhoAmIResponse() }
        let result = await run("whoami", service: service, output: BrokenChannel(error: .readerGone))
        #expect(result.end == .readerGone)
        #expect(result.errors.isEmpty)
    }

    @Test("a full disk under standard output ends with 74")
    func fullDisk() async {
        let service = FakeService()
        service.on(Methods.directoryServiceWhoAmI) { _ in Proto.WhoAmIResponse() }
        let result = await run("whoami", service: service, output: BrokenChannel(error: .output(errno: 28)))
        #expect(result.status == .io)
    }
}

/// Output that takes nothing.
struct BrokenChannel: ByteChannel {
    let error: CommandError
    func write(_ bytes: UnsafeRawBufferPointer) throws(CommandError) { throw error }
}
