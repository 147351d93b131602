import Domain
import ReviewPackClient

/// Why a scan failed: the reason that is recorded, and what a person is told.
struct ScanFault: Error, Equatable, Sendable {
    var failure: ScanFailure
    /// One line; may hold text that the collector printed.
    var message: String

    init(_ failure: ScanFailure, _ message: String) {
        self.failure = failure
        self.message = message
    }

    /// The fault of an import that ended with `error`, when the collector itself had none.
    init(importing error: ClientError) {
        switch error {
        case .local(let fault): self.init(.importFailed, fault.message)
        case .remote(let failure) where failure.reason?.isRetryable == true || failure.reason == .internalError:
            self.init(.importFailed, "the import failed: \(error.summary)")
        case .remote: self.init(.importRefused, "the service refused the output: \(error.summary)")
        case .cancelled: self.init(.interrupted, "interrupted")
        case .unreachable, .connectionLost, .protocolViolation:
            self.init(.importFailed, "the import failed: \(error.summary)")
        }
    }

    /// The same as an error that a byte source may throw, so that the import it feeds is given up.
    var clientError: ClientError { .fault(.io, message, advice: failure.nextStep) }

    /// Nothing can be scanned before somebody sets this right.
    var isConfiguration: Bool { failure == .collectorMissing || failure == .collectorUntrusted }
}

extension ScanFailure {
    /// The advice in the form of an error's last line: no capital, no full stop.
    var nextStep: String { advice.prefix(1).lowercased() + advice.dropFirst().dropLast() }
}

/// The end of what a collector wrote to its standard error: at most 4 KiB are kept, at most three lines are told.
struct ScanFailureReport: Sendable {
    static let limit = 4096
    private static let lineLimit = 3
    private static let lineLength = 200
    private var bytes: [UInt8] = []

    mutating func add(_ more: UnsafeRawBufferPointer) {
        bytes += more
        if bytes.count > Self.limit { bytes.removeFirst(bytes.count - Self.limit) }
    }

    /// The last lines that are not empty, in one, with control characters escaped.
    var text: String {
        String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            .map { String($0.prefix(Self.lineLength)).printable.trimmingTrailingSpaces() }
            .filter { !$0.isEmpty }.suffix(Self.lineLimit).joined(separator: " | ")
    }
}
