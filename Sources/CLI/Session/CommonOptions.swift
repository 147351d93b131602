import ArgumentParser
import ReviewPackClient

/// The options of every command that talks to the service; also taken before the command's name.
struct CommonOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Socket of the service (else REVIEWPACK_ADDRESS, else \(ClientAddress.standard)).", valueName: "path"),
        completion: .file())
    var address: String?

    @Option(
        name: .customLong("connect-timeout"), parsing: .unconditional,
        help: ArgumentHelp("How long to wait for a missing or refusing socket.", valueName: "seconds"))
    var connectTimeout = Seconds(value: .seconds(3), text: "3")

    @Option(
        name: .customLong("on-behalf-of"),
        help: ArgumentHelp("Call for this person; needs the role delegate.", valueName: "subject"))
    var onBehalfOf: String?

    @Option(name: .shortAndLong, help: "Form of the result.")
    var output: OutputFormat = .table

    func validate() throws {
        if !connectTimeout.isLegal { throw ValidationError("--connect-timeout takes 0 to 3600 seconds") }
    }
}

/// A duration given in seconds, with up to three decimals.
struct Seconds: ExpressibleByArgument, CustomStringConvertible, Sendable {
    var value: Duration
    var text: String
    /// False for a text that is no such number; validation says so with what is legal.
    var isLegal = true

    init(value: Duration, text: String) {
        self.value = value
        self.text = text
    }

    init?(argument: String) {
        guard let seconds = Double(argument), seconds >= 0, seconds <= 3600 else {
            self.init(value: .zero, text: argument)
            isLegal = false
            return
        }
        self.init(value: .milliseconds(Int64((seconds * 1000).rounded())), text: argument)
    }

    var description: String { text }
    var defaultValueDescription: String { text }
}

extension CommonOptions {
    func address(in environment: [String: String]) throws(ClientError) -> ClientAddress {
        try ClientAddress(option: address, environment: environment)
    }
}

extension ClientAddress {
    /// The service's place: the option, else the environment, else where the package puts it.
    init(option: String?, environment: [String: String]) throws(ClientError) {
        if let option {
            try self.init(option)
        } else if let address = environment["REVIEWPACK_ADDRESS"], !address.isEmpty {
            try self.init(address)
        } else {
            self = .standard
        }
    }
}
