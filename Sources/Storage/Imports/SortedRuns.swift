// The staging of an import: records come in the order of the file and leave in the order of their fingerprints, in
// memory that does not grow with their number. They are gathered into a run; a full run is sorted and written to a
// spool without a name; at the end all runs are merged.
//
// A run on disk is a sequence of: 32 bytes fingerprint, 4 bytes length (big-endian), the staged record.
//
// 1. Records of equal fingerprints leave in the order in which they came: sorting is by (fingerprint, place), and an
//    earlier run goes first.
// 2. Nothing is written while everything fits into one run.

import Bytes
import Evidence
import Glibc
import SystemIO

struct SortedRuns: ~Copyable {
    private struct Entry {
        var fingerprint: Digest256
        var start: Int
        var count: Int
    }

    private let runBytes: Int
    private let windowBytes: Int
    private var records: [UInt8] = []
    private var entries: [Entry] = []
    private var spool: Spool?
    private var runs: [Range<Int64>] = []

    /// - Parameters:
    ///   - runBytes: when the gathered records with their entries reach this many bytes, the run is written.
    ///   - windowBytes: what all buffers together take in which runs are read back.
    init(runBytes: Int = 16 << 20, windowBytes: Int = 16 << 20) {
        self.runBytes = runBytes
        self.windowBytes = windowBytes
        // Room for a whole run at once: memory that is not written to costs nothing, growing copies what is there.
        records.reserveCapacity(runBytes + 256 << 10)
    }

    /// Stages a record under its fingerprint. `makeSpool` is called once, when the first run is full.
    mutating func append(
        _ record: borrowing FindingRecord, _ fingerprint: Digest256, makeSpool: () throws -> OwnedDescriptor
    ) throws {
        let start = records.count
        record.appendStaged(to: &records)
        try noteEntry(fingerprint, from: start, makeSpool)
    }

    /// Stages bytes under a key by which they are ordered as records are by their fingerprints.
    mutating func append(
        _ bytes: UnsafeRawBufferPointer, _ key: Digest256, makeSpool: () throws -> OwnedDescriptor
    ) throws {
        let start = records.count
        records.append(contentsOf: bytes)
        try noteEntry(key, from: start, makeSpool)
    }

    /// What is staged, in memory and on disk.
    var bytes: Int64 { Int64(gathered) + (spool?.size ?? 0) }

    private var gathered: Int { records.count + entries.count * MemoryLayout<Entry>.stride }

    private mutating func noteEntry(
        _ fingerprint: Digest256, from start: Int, _ makeSpool: () throws -> OwnedDescriptor
    ) throws {
        entries.append(Entry(fingerprint: fingerprint, start: start, count: records.count - start))
        guard gathered >= runBytes else { return }
        let spool = try self.spool ?? Spool(makeSpool())
        self.spool = spool
        sort()
        try writeRun(to: spool)
    }

    /// Hands out every record in order; the bytes live until the call returns. Nothing is left afterwards.
    consuming func drain(_ body: (Digest256, UnsafeRawBufferPointer) throws -> Void) throws {
        sort()
        guard let spool else {
            try records.withUnsafeBytes { bytes in
                for entry in entries {
                    try body(
                        entry.fingerprint,
                        UnsafeRawBufferPointer(rebasing: bytes[entry.start..<entry.start + entry.count]))
                }
            }
            return
        }
        try writeRun(to: spool)
        try merge(spool, body)
    }

    private mutating func sort() {
        entries.sort { $0.fingerprint == $1.fingerprint ? $0.start < $1.start : $0.fingerprint < $1.fingerprint }
    }

    private mutating func writeRun(to spool: Spool) throws {
        guard !entries.isEmpty else { return }
        let begin = spool.size
        assert(zip(entries, entries.dropFirst()).allSatisfy { $0.fingerprint <= $1.fingerprint })
        try records.withUnsafeBytes { bytes in
            for entry in entries {
                try entry.fingerprint.withBytes { try spool.append($0) }
                try withUnsafeBytes(of: UInt32(entry.count).bigEndian) { try spool.append($0) }
                try spool.append(UnsafeRawBufferPointer(rebasing: bytes[entry.start..<entry.start + entry.count]))
            }
        }
        try spool.flush()
        runs.append(begin..<spool.size)
        records.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
    }

    private mutating func merge(_ spool: Spool, _ body: (Digest256, UnsafeRawBufferPointer) throws -> Void) throws {
        records = []
        // All read buffers together stay near `windowBytes`, however many runs there are.
        let window = max(16 << 10, min(1 << 20, windowBytes / runs.count))
        var readers: [RunReader] = []
        for run in runs {
            let reader = RunReader(spool.descriptor, run, window: window)
            if try reader.advance() { readers.append(reader) }
        }
        var heap = RunHeap(readers)
        var last = Digest256.zero
        while let reader = heap.first {
            assert(last <= reader.fingerprint)
            last = reader.fingerprint
            try reader.withRecord { try body(reader.fingerprint, $0) }
            heap.settle(hasMore: try reader.advance())
        }
    }
}

/// Reads one run of the spool from front to back.
private final class RunReader {
    private let descriptor: Int32
    private var rest: Range<Int64>
    private var window: [UInt8]
    private var filled = 0
    private var next = 0
    private(set) var fingerprint = Digest256.zero
    private var current = 0..<0
    let order: Int64

    init(_ descriptor: Int32, _ run: Range<Int64>, window: Int) {
        self.descriptor = descriptor
        rest = run
        order = run.lowerBound
        self.window = [UInt8](repeating: 0, count: window)
    }

    /// Hands out the record that `advance` came to.
    func withRecord(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        try window.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[current])) }
    }

    /// Moves to the next record; false at the end of the run.
    func advance() throws(SystemError) -> Bool {
        guard try fill(36) else { return false }
        let head = next
        let length = window.withUnsafeBytes { bytes -> Int in
            fingerprint = Digest256(UnsafeRawBufferPointer(rebasing: bytes[head..<head + 32])) ?? .zero
            return Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: head + 32, as: UInt32.self)))
        }
        guard try fill(36 + length) else { throw SystemError(EIO, "read") }
        current = next + 36..<next + 36 + length
        next = current.upperBound
        return true
    }

    /// Makes sure that `count` bytes from `next` on are in the window; false when the run ends before.
    private func fill(_ count: Int) throws(SystemError) -> Bool {
        if filled - next >= count { return true }
        window.withUnsafeMutableBytes { bytes in
            guard filled > next, let base = bytes.baseAddress else { return }
            memmove(base, base + next, filled - next)
        }
        filled -= next
        next = 0
        if window.count < count { window.append(contentsOf: repeatElement(0, count: count - window.count)) }
        while filled < window.count, !rest.isEmpty {
            let wanted = min(window.count - filled, rest.count)
            let got = window.withUnsafeMutableBytes {
                pread(
                    descriptor, UnsafeMutableRawBufferPointer(rebasing: $0[filled...]).baseAddress, wanted,
                    off_t(rest.lowerBound))
            }
            if got < 0 {
                if errno == EINTR { continue }
                throw SystemError(errno, "pread")
            }
            guard got > 0 else { throw SystemError(EIO, "pread") }
            filled += got
            rest = rest.lowerBound + Int64(got)..<rest.upperBound
        }
        return filled >= count
    }
}

/// The runs that still have records, the one with the smallest fingerprint in front.
private struct RunHeap {
    private var readers: [RunReader]

    init(_ readers: [RunReader]) {
        self.readers = readers
        for index in stride(from: readers.count / 2 - 1, through: 0, by: -1) { sink(index) }
    }

    var first: RunReader? { readers.first }

    /// Puts the front reader, which has moved on, where it belongs, or drops it at its end.
    mutating func settle(hasMore: Bool) {
        if !hasMore {
            let last = readers.removeLast()
            if readers.isEmpty { return }
            readers[0] = last
        }
        sink(0)
    }

    private mutating func sink(_ start: Int) {
        var index = start
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < readers.count && precedes(child, least) {
                least = child
            }
            if least == index { return }
            readers.swapAt(least, index)
            index = least
        }
    }

    private func precedes(_ a: Int, _ b: Int) -> Bool {
        let (left, right) = (readers[a], readers[b])
        return left.fingerprint == right.fingerprint
            ? left.order < right.order : left.fingerprint < right.fingerprint
    }
}
