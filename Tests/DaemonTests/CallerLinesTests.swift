import Domain
import Logging
import Storage
import Synchronization
import TestTags
import Testing

@testable import Daemon

@Suite("Log lines that callers cause", .tags(.limits, .upkeep))
struct CallerLinesTests {
    /// A clock that stands still until a test moves it.
    private final class Clock: Sendable {
        private let time = Mutex(UnixMillis(1_000_000))
        var now: UnixMillis { time.withLock { $0 } }
        func advance(seconds: Int64) { time.withLock { $0 = $0.advanced(byMilliseconds: seconds * 1000) } }
    }

    private func denied(_ uid: Int, _ reason: String = "NOT_FOUND", call: Int = 1) -> CallerLines.Line {
        CallerLines.Line(
            level: .notice, message: "denied",
            metadata: [("call", "\(call)"), ("method", "Get"), ("peer_uid", "\(uid)"), ("reason", reason)])
    }

    @Test("are written once a minute, uid and kind, and then with their count, without what differs among them")
    func coalesced() {
        let clock = Clock()
        let lines = CallerLines(clock: { clock.now })
        #expect(lines.note(denied(5)) == [denied(5)])
        for call in 2...1001 { #expect(lines.note(denied(5, call: call)).isEmpty) }
        #expect(lines.note(denied(6)) == [denied(6)])
        #expect(lines.note(denied(5, "CAPABILITY_REQUIRED")).count == 1)
        #expect(lines.flush(ended: true).isEmpty)
        clock.advance(seconds: 60)
        let counted = lines.flush(ended: true)
        #expect(counted.map(\.message) == ["denied"])
        let metadata = counted.first?.metadata.map { "\($0.key)=\($0.value)" }
        #expect(metadata == ["count=1000", "method=Get", "peer_uid=5", "reason=NOT_FOUND"])
        #expect(lines.note(denied(5)) == [denied(5)])
    }

    @Test("are those that name a caller, and those that are written while the store works for one")
    func kinds() {
        let lines = CallerLines(clock: { UnixMillis(0) })
        let fault = CallerLines.Line(level: .error, message: "storage failed", metadata: [("error", "disk full")])
        for _ in 0..<3 { #expect(lines.note(fault) == [fault]) }
        Requester.$current.withValue(.user(7)) {
            #expect(lines.note(fault) == [fault])
            #expect(lines.note(fault).isEmpty)
            var critical = fault
            critical.level = .critical
            #expect(lines.note(critical) == [critical])
        }
        #expect(lines.flush().map(\.message) == ["storage failed"])
        #expect(lines.flush().isEmpty)
    }
}
