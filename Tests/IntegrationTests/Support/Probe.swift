import Foundation
import ReviewPackAPI
import TTRPC
import Testing

/// A call as raw bytes, for `CallProbe` to make.
struct RawCall: Sendable {
    var method: AnyMethodSpec
    var messages: [[UInt8]]
    var metadata: [String] = []

    init<Request, Response>(_ method: MethodSpec<Request, Response>, _ messages: Request..., onBehalfOf: String? = nil)
    {
        self.method = method.erased
        self.messages = messages.map { $0.serialized() }
        metadata = onBehalfOf.map { ["reviewpack-on-behalf-of=\($0)"] } ?? []
    }

    var line: String {
        let hex = messages.map { $0.isEmpty ? "-" : $0.map(Self.digits).joined() }.joined(separator: ",")
        return ([method.kind.rawValue, method.service, method.name, hex] + metadata).joined(separator: " ")
    }

    private static func digits(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count == 2 ? digits : "0" + digits
    }
}

/// What came back: the status code, the stable reason, the first response message, and the sentence.
struct RawAnswer: Equatable, Sendable, CustomStringConvertible {
    var code: Int32
    var reason: String
    var response: [UInt8]
    var text: String

    init?(line: String) {
        let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        guard words.count == 4, let code = Int32(words[0]) else { return nil }
        self.code = code
        reason = words[1]
        let digits = Array(words[2] == "-" ? "" : words[2])
        response = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(digits[$0...$0 + 1]), radix: 16)
        }
        text = words[3]
    }

    var description: String { "code \(code) reason \(reason): \(text)" }
}

extension Daemon {
    /// Makes the calls one after the other, as that account, in a process of its own.
    func probe(_ calls: [RawCall], as account: Account) async throws -> [RawAnswer] {
        try Self.answers(try await probe(calls, as: account, []))
    }

    /// The same on one connection, with something that happens before the last of them while the connection is open.
    func probe(
        _ calls: [RawCall], as account: Account, beforeLast happening: @escaping @Sendable () async throws -> Void
    ) async throws -> [RawAnswer] {
        let fifo = scratch.file("pause-\(UUID().uuidString)")
        try #require(mkfifo(fifo, 0o666) == 0 && chmod(fifo, 0o666) == 0)
        async let meanwhile: Void = {
            // Opens when the other end is: when the probe has come to its pause.
            let pause = await withCheckedContinuation { opened in
                Thread.detachNewThread { opened.resume(returning: open(fifo, O_WRONLY)) }
            }
            defer { close(pause) }
            try await happening()
        }()
        let lines: Result<[String], any Error>
        do { lines = .success(try await probe(calls, as: account, ["--pause", fifo])) } catch {
            lines = .failure(error)
        }
        // A probe that ended before its pause must not leave the other end waiting.
        let end = open(fifo, O_RDONLY | O_NONBLOCK)
        defer { close(end) }
        try await meanwhile
        return try Self.answers(lines.get())
    }

    private static func answers(_ lines: [String]) throws -> [RawAnswer] {
        try lines.map { try #require(RawAnswer(line: $0), "\($0)") }
    }

    /// The same with other modes of the program: a line for each call.
    func probe(_ calls: [RawCall], as account: Account, _ mode: [String]) async throws -> [String] {
        let input = calls.map { $0.line + "\n" }.joined()
        let result = try await run(Programs.probe, mode + [address], as: account, input: Array(input.utf8)).succeeded()
        try #require(result.lines.count == calls.count, "\(result)")
        return result.lines
    }

    func probe(_ call: RawCall, as account: Account) async throws -> RawAnswer {
        try #require(try await probe([call], as: account).first)
    }
}
