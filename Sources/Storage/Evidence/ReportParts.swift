import Bytes
import Domain

/// A report's bytes as they will be stored, in parts of 1 MiB: the first in memory, the others in a file without a
/// name.
struct ReportParts {
    private let state: StateDirectory
    private var first: [UInt8] = []
    private var spool: Spool?

    init(_ state: StateDirectory) { self.state = state }

    var bytes: Int64 { Int64(first.count) + (spool?.size ?? 0) }

    mutating func append(_ bytes: UnsafeRawBufferPointer) throws {
        let head = bytes.prefix(ReportPart.size - first.count)
        first.append(contentsOf: head)
        let rest = UnsafeRawBufferPointer(rebasing: bytes[head.endIndex...])
        if rest.isEmpty { return }
        let spool = try self.spool ?? Spool(state.makeSpool())
        self.spool = spool
        try spool.append(rest)
    }

    /// To be called when everything was appended.
    func finish() throws { try spool?.flush() }

    /// Hands out the parts in order.
    func read(_ body: (_ position: Int, [UInt8]) throws -> Void) throws {
        if first.isEmpty { return }
        try body(0, first)
        guard let spool else { return }
        for offset in stride(from: 0, to: spool.size, by: ReportPart.size) {
            let count = Int(min(Int64(ReportPart.size), spool.size - offset))
            try body(1 + Int(offset) / ReportPart.size, spool.read(count, at: offset))
        }
    }
}

/// What is known of a report once it has ended.
struct StagedReport {
    /// SHA-256 of the bytes as they came, which may be UTF-16.
    var inputSHA256: Digest256
    /// SHA-256 of the bytes to be stored.
    var fingerprint: Digest256
    var byteCount: Int64
}

/// How a stored report's payload is cut.
enum ReportPart {
    /// 1 MiB; every part but the last has exactly this size.
    static let size = 1 << 20
    /// More than any setting allows for a report.
    static let maximumBytes = 1 << 40
}

enum ReportHistory {
    /// Reports that are kept of one tenant, of all types: two a day for ten years.
    static let maximumReports = 7300
}
