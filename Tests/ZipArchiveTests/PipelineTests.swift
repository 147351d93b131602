import TestTags
import Testing

@testable import ZipArchive

/// A sink that keeps what it gets, or fails from one call on.
private struct TestSink: ByteSink {
    var bytes: [UInt8] = []
    var calls = 0
    var failsAtCall = Int.max

    mutating func append(_ more: UnsafeRawBufferPointer) throws(ZipError) {
        calls += 1
        if calls >= failsAtCall { throw .io(operation: "test", errno: 5) }
        bytes += more
    }
}

@Suite("The block pipeline", .tags(.packs, .determinism))
struct PipelineTests {
    private static let block = BlockSlot.blockSize

    @Test(
        "holds back a producer that is ahead: a block is drained before its slot is filled again",
        arguments: [1, 2, 5])
    func backPressure(_ threads: Int) throws {
        var sink = TestSink()
        var encoder = MemberEncoder(options: try ZipOptions(threads: threads))
        let content = Content.rows(Self.block)
        for number in 0..<30 {
            try encoder.write(content, to: &sink)
            // `number` blocks are submitted and one is being filled; the ring has 2 slots a thread and one more.
            #expect(sink.calls >= number - 2 * threads)
        }
        let summary = try encoder.finish("rows", to: &sink)
        #expect(sink.calls == 30)
        #expect(summary.size == UInt64(30 * Self.block))
        #expect(summary.compressedSize == UInt64(sink.bytes.count))
    }

    @Test("gives nothing out before a second block begins")
    func smallMembers() throws {
        var sink = TestSink()
        var encoder = MemberEncoder(options: .standard)
        try encoder.write(Content.rows(Self.block), to: &sink)
        #expect(sink.calls == 0)
        _ = try encoder.finish("rows", to: &sink)
        #expect(sink.calls == 1)
    }

    @Test("leaves no thread behind when it is dropped", arguments: [1, 2, 7])
    func dropped(_ threads: Int) throws {
        weak var slot: BlockSlot?
        do {
            var sink = TestSink()
            var encoder = MemberEncoder(options: try ZipOptions(threads: threads))
            slot = encoder.slot
            try encoder.write(Content.rows(4 * Self.block), to: &sink)
            #expect(slot != nil)
        }
        // Each thread keeps the ring alive as long as it runs.
        #expect(slot == nil)
    }

    @Test("leaves no thread behind when its sink fails", arguments: [1, 2, 7])
    func failingSink(_ threads: Int) throws {
        var sink = TestSink(failsAtCall: 3)
        var encoder = MemberEncoder(options: try ZipOptions(threads: threads))
        weak let slot = encoder.slot
        let wanted = ZipError.io(operation: "test", errno: 5)
        #expect(throws: wanted) {
            for _ in 0..<30 { try encoder.write(Content.rows(Self.block), to: &sink) }
        }
        #expect(slot == nil)
        #expect(sink.calls == 3)
        #expect(throws: wanted) { try encoder.write([1], to: &sink) }
        #expect(throws: wanted) { _ = try encoder.finish("rows", to: &sink) }
        #expect(sink.calls == 3)
    }

    @Test("leaves no thread behind when a worker fails")
    func failingWorker() throws {
        var sink = TestSink()
        var encoder = MemberEncoder(options: ZipOptions(unchecked: 42, threads: 3))
        weak let slot = encoder.slot
        #expect(throws: ZipError.deflate(status: -2)) {
            for _ in 0..<30 { try encoder.write(Content.rows(Self.block), to: &sink) }
        }
        #expect(slot == nil)
        #expect(sink.calls == 0)
    }
}

extension MemberEncoder {
    fileprivate mutating func write(_ bytes: [UInt8], to sink: inout TestSink) throws(ZipError) {
        try bytes.span.bytes.withUnsafeBytes { bytes throws(ZipError) in try write(bytes, to: &sink) }
    }
}
