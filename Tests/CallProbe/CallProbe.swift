import Glibc
import TTRPCTransport

// What the access tests run under other uids, and nothing else: raw calls in, what came back out.
//
//     usage: CallProbe [--same-connection | --frames | --time ROUNDS] SOCKET < CALLS
//
//     in:    KIND SERVICE METHOD MESSAGE[,MESSAGE...] [NAME=VALUE...]      messages in hexadecimal, `-` for an empty one
//     out:   CODE REASON RESPONSE TEXT                                     `-` for no reason and for no response
//
// Each call has a connection of its own, unless told otherwise. Of a stream of responses only the first is read.
// --frames prints the bytes of the frames that came, up to the one that ends the call, in hexadecimal.
// --time makes the calls again and again, in another order each round, and prints a line of nanoseconds for each.

@main
struct CallProbe {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard let address = arguments.last else { throw Misused() }
        switch (arguments.first, arguments.count) {
        case ("--same-connection", 2):
            let client = try await TTRPCClient.connect(path: address)
            for call in try calls() { print(await call.answer(on: client)) }
            await client.close()
        case ("--frames", 2):
            for call in try calls() { print(ProbedCall.hex(try call.frames(at: address))) }
        case ("--time", 3):
            guard let rounds = Int(arguments[1]) else { throw Misused() }
            for times in try await CallTimes.measure(calls(), rounds: rounds, at: address) {
                print(times.map(String.init).joined(separator: " "))
            }
        case (_, 1): for call in try calls() { print(await call.answer(at: address)) }
        default: throw Misused()
        }
    }

    private static func calls() throws -> [ProbedCall] {
        var calls: [ProbedCall] = []
        while let line = readLine() {
            guard let call = ProbedCall(line: line) else { throw Malformed(line: line) }
            calls.append(call)
        }
        return calls
    }

    struct Misused: Error {}
    struct Malformed: Error { let line: String }
}
