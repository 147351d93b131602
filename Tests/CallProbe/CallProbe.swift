import Glibc
import TTRPCNIO

// What the access tests run under other uids, and nothing else: raw calls in, what came back out.
//
//     usage: CallProbe [--pause FIFO | --frames | --time ROUNDS] SOCKET < CALLS
//
//     in:    KIND SERVICE METHOD MESSAGE[,MESSAGE...] [NAME=VALUE...]      messages in hexadecimal, `-` for none
//     out:   CODE REASON RESPONSE TEXT                                     `-` for no reason and for no response
//
// Each call has a connection of its own, unless told otherwise. Of a stream of responses only the first is read.
// --pause makes all calls on one connection; before the last it waits until somebody has opened the FIFO for writing
// and closed it.
// --frames prints the bytes of the frames that came, up to the one that ends the call, in hexadecimal.
// --time makes the calls again and again, in another order each round, and prints a line of nanoseconds for each.

@main
struct CallProbe {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard let address = arguments.last else { throw Misused() }
        switch (arguments.first, arguments.count) {
        case ("--pause", 3):
            let client = try await TTRPCClient.connect(path: address)
            let calls = try calls()
            for call in calls.dropLast() { print(await call.answer(on: client)) }
            try pause(at: arguments[1])
            if let last = calls.last { print(await last.answer(on: client)) }
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

    private static func pause(at fifo: String) throws {
        let file = open(fifo, O_RDONLY)
        guard file >= 0 else { throw Misused() }
        defer { close(file) }
        var byte: UInt8 = 0
        while read(file, &byte, 1) > 0 {}
    }

    struct Misused: Error {}
    struct Malformed: Error { let line: String }
}
