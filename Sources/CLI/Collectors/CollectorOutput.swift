import Dispatch
import Domain
import ReviewPackClient
import Synchronization

/// What a collector prints, as the input of an import.
///
/// The end of the output is handed on only when the collector ended well: else the read throws, so the import is given
/// up and nothing of it is kept. Memory is bounded by one chunk, whatever is printed.
final class CollectorOutput: ByteSource {
    /// What the output is.
    enum Kind: String, CaseIterable, Sendable { case findings, report }

    private struct State {
        /// Read to find the first line, not yet handed out.
        var ahead: [UInt8] = []
        var total: Int64 = 0
    }

    private let process: CollectorProcess
    private let limit: Int64
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "reviewpackctl.collector.output")

    /// - Parameter limit: the most bytes that may come.
    init(_ process: CollectorProcess, limit: Int64) {
        self.process = process
        self.limit = limit
    }

    /// Decides what the output is, and takes a first line that says so away.
    ///
    /// A first line `#reviewpack findings` or `#reviewpack report` counts; without one the output is a report.
    /// `expected` is what an option said: it must not contradict the line. Throws `output_invalid` for any other first
    /// line that begins with `#`.
    func kind(expected: Kind?) async throws(ClientError) -> Kind {
        var ahead = try await next(1)
        guard ahead.first == UInt8(ascii: "#") else {
            state.withLock { [ahead] in $0.ahead = ahead }
            return expected ?? .report
        }
        while ahead.last != UInt8(ascii: "\n"), ahead.count < 64 {
            let more = try await next(1)
            if more.isEmpty { break }
            ahead += more
        }
        let line = String(decoding: ahead, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard line.count == 2, line[0] == "#reviewpack", let kind = Kind(rawValue: String(line[1])),
            expected == nil || expected == kind
        else {
            let wanted = expected.map { "#reviewpack \($0.rawValue)" } ?? "#reviewpack findings or #reviewpack report"
            let fault = ScanFault(.outputInvalid, "the collector's first line is not \(wanted)")
            process.reject(fault)
            throw fault.clientError
        }
        return kind
    }

    func read(upTo count: Int) async throws(ClientError) -> [UInt8] {
        let ahead = state.withLock { state in
            defer { state.ahead = [] }
            return state.ahead
        }
        return ahead.isEmpty ? try await next(count) : ahead
    }

    private func next(_ count: Int) async throws(ClientError) -> [UInt8] {
        let bytes = await fill(count)
        let total = state.withLock { state in
            state.total += Int64(bytes.count)
            return state.total
        }
        if total > limit {
            process.reject(ScanFault(.outputTooLarge, "the collector printed more than \(limit) bytes"))
        }
        // Stopped here or elsewhere: what was printed is not to be imported to its end.
        if bytes.isEmpty || total > limit, let fault = await process.fault() { throw fault.clientError }
        return bytes
    }

    /// Reads until there are `count` bytes or the output ends: a pipe hands out 64 KiB at most, and chunks should be
    /// full.
    private func fill(_ count: Int) async -> [UInt8] {
        await withCheckedContinuation { continuation in
            queue.async { [process] in
                continuation.resume(
                    returning: [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                        while filled < count {
                            let rest = UnsafeMutableRawBufferPointer(
                                rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
                            let got = process.pipes.read(process.pipes.output, into: rest)
                            if got == 0 { return }
                            filled += got
                        }
                    })
            }
        }
    }
}
