import Bytes
import Domain
import Evidence
import TestTags
import Testing

@testable import Storage

@Suite("Findings that have become one", .tags(.evidence))
struct FindingMergeTests {
    private static func finding(
        _ id: Int64, _ status: FindingStatus, _ result: FindingResult = .fail, first: Int64, last: Int64,
        decided: Int64? = nil, origin: AcknowledgementOrigin = .none, reason: String = ""
    ) -> StoredFinding {
        StoredFinding(
            id: id, content: Digest256(words: (0, 0, 0, UInt64(id))),
            state: FindingState(
                status: status, acknowledgement: origin, result: result, firstSeenAt: UnixMillis(first),
                lastSeenAt: UnixMillis(last), resolvedAt: status == .resolved ? UnixMillis(last) : nil,
                decidedAt: UnixMillis(decided ?? last)), statusReason: Array(reason.utf8))
    }

    private struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var findings: [StoredFinding]
        var kept: Int64
        var status: FindingStatus
        var result = FindingResult.fail
        var first: Int64
        var last: Int64
        var reason = ""
        var origin = AcknowledgementOrigin.none
    }

    private static let cases = [
        Case(
            testDescription: "an open one wins over one that was resolved, and keeps its age",
            findings: [finding(1, .resolved, first: 1, last: 5), finding(2, .open, first: 5, last: 9)], kept: 2,
            status: .open, first: 1, last: 9),
        Case(
            testDescription: "also when the resolved one was decided later",
            findings: [finding(1, .open, first: 5, last: 9), finding(2, .resolved, first: 1, last: 12)], kept: 1,
            status: .open, first: 1, last: 12),
        Case(
            testDescription: "an acknowledgement that stands is kept for the newer one that is open",
            findings: [
                finding(1, .acknowledged, first: 1, last: 5, origin: .inProgress, reason: "accepted"),
                finding(2, .open, first: 5, last: 9),
            ], kept: 2, status: .acknowledged, first: 1, last: 9, reason: "accepted", origin: .inProgress),
        Case(
            testDescription: "of two acknowledgements the newer one is kept",
            findings: [
                finding(1, .acknowledged, first: 1, last: 9, origin: .caller, reason: "new"),
                finding(2, .acknowledged, .muted, first: 2, last: 5, origin: .mute, reason: "old"),
            ], kept: 1, status: .acknowledged, first: 1, last: 9, reason: "new", origin: .caller),
        Case(
            testDescription: "one that had ended does not come back",
            findings: [
                finding(1, .resolved, first: 1, last: 5, reason: "accepted"), finding(2, .open, first: 5, last: 9),
            ], kept: 2, status: .open, first: 1, last: 9),
        Case(
            testDescription: "of one run the worse result stays",
            findings: [finding(1, .open, .fail, first: 3, last: 9), finding(2, .open, .warning, first: 4, last: 9)],
            kept: 1, status: .open, first: 3, last: 9),
        Case(
            testDescription: "of resolved ones the last one stays",
            findings: [
                finding(1, .resolved, .pass, first: 3, last: 7), finding(2, .resolved, .pass, first: 4, last: 6),
            ],
            kept: 1, status: .resolved, result: .pass, first: 3, last: 7),
        Case(
            testDescription: "three are joined like two",
            findings: [
                finding(1, .resolved, first: 4, last: 5), finding(2, .acknowledged, first: 2, last: 7, reason: "known"),
                finding(3, .open, first: 3, last: 9),
            ], kept: 3, status: .acknowledged, first: 2, last: 9, reason: "known"),
    ]

    @Test("are one by the written rule, whatever their order", arguments: cases)
    private func rule(_ expected: Case) throws {
        for findings in [expected.findings, expected.findings.reversed()] {
            let kept = try #require(FindingMerge.merged(findings))
            #expect(kept.id == expected.kept && kept.state.status == expected.status)
            #expect(kept.state.result == expected.result && kept.state.acknowledgement == expected.origin)
            #expect(
                kept.state.firstSeenAt.rawValue == expected.first && kept.state.lastSeenAt.rawValue == expected.last)
            #expect(String(decoding: kept.statusReason, as: UTF8.self) == expected.reason)
            #expect((kept.state.resolvedAt != nil) == (expected.status == .resolved))
        }
        #expect(FindingMerge.merged([]) == nil)
    }
}

@Suite("A finding with times of the future", .tags(.evidence))
struct MendedFindingTests {
    private static let future: Int64 = 1000
    private static let limit = UnixMillis(100)
    private static let since = UnixMillis(10)

    private static func state(
        _ status: FindingStatus, first: Int64, last: Int64, decided: Int64, result: Int64? = nil, resolved: Int64? = nil
    ) -> FindingState {
        FindingState(
            status: status, acknowledgement: status == .acknowledged ? .inProgress : .none, result: .fail,
            firstSeenAt: UnixMillis(first), lastSeenAt: UnixMillis(last), resolvedAt: resolved.map { UnixMillis($0) },
            decidedAt: UnixMillis(decided), resultAt: UnixMillis(result ?? decided))
    }

    @Test(
        "has its newest true time in their place, or the tenant's age",
        arguments: [
            (state(.open, first: 50, last: future, decided: future), state(.open, first: 50, last: 50, decided: 50)),
            (
                state(.acknowledged, first: 50, last: future, decided: future),
                state(.acknowledged, first: 50, last: 50, decided: 50)
            ),
            (
                state(.open, first: future, last: future, decided: future),
                state(.open, first: 10, last: 10, decided: 0)
            ),
            // Only the result is of the future: a manual one, which decided nothing.
            (
                state(.open, first: 20, last: 60, decided: 60, result: future),
                state(.open, first: 20, last: 60, decided: 60)
            ),
            // Nobody resolved it.
            (
                state(.resolved, first: 20, last: 60, decided: future, resolved: future),
                state(.open, first: 20, last: 60, decided: 60)
            ),
            (
                state(.resolved, first: 20, last: 60, decided: 70, resolved: 70),
                state(.resolved, first: 20, last: 60, decided: 70, resolved: 70)
            ),
        ])
    func mended(before: FindingState, after: FindingState) {
        let mended = before.mended(limit: Self.limit, since: Self.since)
        #expect(mended == after)
        #expect(mended.mended(limit: Self.limit, since: Self.since) == after, "doing it twice changes nothing")
        #expect(mended.firstSeenAt <= mended.lastSeenAt && mended.decidedAt <= mended.resultAt)
    }
}
