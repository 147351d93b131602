import Domain
import TestTags
import Testing

@testable import Evidence

/// Days as times, so that tables stay readable.
func day(_ number: Int) -> UnixMillis { UnixMillis(Int64(number) * 86_400_000) }

@Suite("Lifecycle of a finding", .tags(.evidence))
struct LifecycleTests {
    static func seen(_ result: FindingResult, day number: Int, stated: FindingStatus? = nil) -> FindingObservation {
        FindingObservation(
            format: .ocsf, result: result, statedStatus: stated, firstSeenAt: day(number), lastSeenAt: day(number),
            decidedAt: day(number))
    }

    static func native(_ status: FindingStatus, first: Int, last: Int) -> FindingObservation {
        FindingObservation(
            format: .native, result: .none, statedStatus: status, firstSeenAt: day(first), lastSeenAt: day(last),
            decidedAt: day(last))
    }

    /// A finding that day 10 decided.
    static func stored(
        _ status: FindingStatus, _ origin: AcknowledgementOrigin = .none, result: FindingResult = .fail
    ) -> FindingState {
        FindingState(
            status: status, acknowledgement: origin, result: result, firstSeenAt: day(5), lastSeenAt: day(10),
            resolvedAt: status == .resolved ? day(10) : nil, decidedAt: day(10))
    }

    func change(
        _ stored: FindingState?, _ seen: FindingObservation, evaluated: Int? = nil, content: Bool = false,
        reason: Bool = false
    ) -> FindingChange {
        FindingLifecycle.present(
            stored, seen, checkEvaluatedAt: evaluated.map(day), contentDiffers: content, reasonDiffers: reason)
    }

    @Test(
        "a finding seen for the first time is stored only when it fails or is muted",
        arguments: [
            (.fail, nil, .insert, .open, .none), (.warning, nil, .insert, .open, .none),
            (FindingResult.none, nil, .insert, .open, .none), (.muted, nil, .insert, .acknowledged, .mute),
            (.fail, .acknowledged, .insert, .acknowledged, .inProgress), (.pass, nil, .countOnly, nil, .none),
            (.manual, nil, .countOnly, nil, .none), (.skipped, nil, .countOnly, nil, .none),
            (.notApplicable, nil, .countOnly, nil, .none), (.error, nil, .countOnly, nil, .none),
            (.fail, .resolved, .countOnly, nil, .none),
        ] as [(FindingResult, FindingStatus?, FindingChange.Kind, FindingStatus?, AcknowledgementOrigin)])
    func first(
        result: FindingResult, stated: FindingStatus?, kind: FindingChange.Kind, status: FindingStatus?,
        origin: AcknowledgementOrigin
    ) {
        let change = change(nil, Self.seen(result, day: 3, stated: stated))
        #expect(change.kind == kind)
        #expect(change.state?.status == status)
        #expect(change.state?.acknowledgement ?? .none == origin)
        #expect(change.writesContent == (status != nil))
        if let state = change.state {
            #expect(state.firstSeenAt == day(3) && state.lastSeenAt == day(3) && state.decidedAt == day(3))
        }
    }

    @Test(
        "a newer run decides by what it saw and what stood before",
        arguments: [
            (.open, .none, .fail, nil, .update, .open, .none),
            (.open, .none, .muted, nil, .update, .acknowledged, .mute),
            (.open, .none, .fail, .acknowledged, .update, .acknowledged, .inProgress),
            (.open, .none, .pass, nil, .resolve, .resolved, .none),
            (.open, .none, .fail, .resolved, .resolve, .resolved, .none),
            (.resolved, .none, .fail, nil, .reopen, .open, .none),
            (.resolved, .none, .warning, nil, .reopen, .open, .none),
            (.resolved, .none, .muted, nil, .reopen, .acknowledged, .mute),
            (.resolved, .none, .pass, nil, .unchanged, .resolved, .none),
            (.acknowledged, .mute, .fail, nil, .reopen, .open, .none),
            (.acknowledged, .inProgress, .fail, nil, .update, .acknowledged, .inProgress),
            (.acknowledged, .caller, .fail, nil, .update, .acknowledged, .caller),
            (.acknowledged, .mute, .muted, nil, .update, .acknowledged, .mute),
            (.acknowledged, .mute, .pass, nil, .resolve, .resolved, .none),
            (.acknowledged, .mute, .fail, .acknowledged, .update, .acknowledged, .inProgress),
        ]
            as [(
                FindingStatus, AcknowledgementOrigin, FindingResult, FindingStatus?, FindingChange.Kind, FindingStatus,
                AcknowledgementOrigin
            )])
    func newer(
        before: FindingStatus, origin: AcknowledgementOrigin, result: FindingResult, stated: FindingStatus?,
        kind: FindingChange.Kind, after: FindingStatus, newOrigin: AcknowledgementOrigin
    ) {
        let stored = Self.stored(before, origin)
        let change = change(stored, Self.seen(result, day: 20, stated: stated), evaluated: 10)
        let state = change.state ?? stored
        #expect(change.kind == kind)
        #expect(state.status == after)
        #expect(state.acknowledgement == newOrigin)
        #expect((state.resolvedAt != nil) == (after == .resolved))
        #expect(state.firstSeenAt == day(5))
        if kind != .unchanged { #expect(state.lastSeenAt == day(20) && state.decidedAt == day(20)) }
        if kind == .resolve { #expect(state.resolvedAt == day(20)) }
    }

    @Test("the result is that of the newest run, in whatever order runs arrive; a late one still decides the status")
    func lateResults() throws {
        let manual = try #require(change(Self.stored(.open), Self.seen(.manual, day: 30)).state)
        #expect(manual.result == .manual && manual.resultAt == day(30) && manual.decidedAt == day(10))
        #expect(change(manual, Self.seen(.error, day: 20)).kind == .unchanged)
        let failed = try #require(change(manual, Self.seen(.fail, day: 20)).state)
        #expect(failed.result == .manual && failed.resultAt == day(30))
        #expect(failed.decidedAt == day(20) && failed.lastSeenAt == day(20))
        let passed = try #require(change(manual, Self.seen(.pass, day: 20)).state)
        #expect(passed.status == .resolved && passed.result == .manual)
        #expect(change(manual, Self.seen(.fail, day: 10)).kind == .unchanged)
    }

    @Test(
        "manual, skipped, not applicable and error store their result and nothing else",
        arguments: [FindingResult.manual, .skipped, .notApplicable, .error],
        [Self.stored(.open), Self.stored(.acknowledged, .mute, result: .muted), Self.stored(.resolved, result: .pass)])
    func undecided(result: FindingResult, stored: FindingState) {
        let first = change(stored, Self.seen(result, day: 20), content: true, reason: true)
        var expected = stored
        expected.result = result
        expected.resultAt = day(20)
        #expect(first == FindingChange(kind: .update, state: expected))
        #expect(change(expected, Self.seen(result, day: 20), content: true).kind == .unchanged)
        #expect(change(stored, Self.seen(result, day: 9)).kind == .unchanged)
        // The run that decided, imported again, does not take the newer result away; a newer one does.
        #expect(change(expected, Self.seen(.fail, day: 10), content: true).kind == .unchanged)
        #expect(change(expected, Self.seen(.fail, day: 21)).state?.result == .fail)
    }

    @Test("the same run again changes nothing, whatever it says")
    func again() {
        let results: [(FindingResult, FindingStatus?)] = [
            (.fail, nil), (.muted, nil), (.warning, nil), (.fail, .acknowledged), (.pass, nil), (.manual, nil),
        ]
        let befores: [FindingState?] = [
            nil, Self.stored(.open), Self.stored(.acknowledged, .mute), Self.stored(.acknowledged, .inProgress),
            Self.stored(.resolved),
        ]
        for (result, stated) in results {
            for before in befores {
                let seen = Self.seen(result, day: 20, stated: stated)
                guard let after = change(before, seen, content: true, reason: true).state else { continue }
                let again = change(after, seen, evaluated: 20)
                #expect(again.kind == .unchanged, "\(result) on \(String(describing: before))")
                #expect(again.state == nil)
            }
        }
    }

    @Test("a run at the very time that decided may correct what it said, but a mute needs a newer fail to end")
    func sameTime() {
        #expect(change(Self.stored(.open), Self.seen(.pass, day: 10)).kind == .resolve)
        #expect(change(Self.stored(.resolved), Self.seen(.fail, day: 10)).kind == .reopen)
        let muted = change(Self.stored(.acknowledged, .mute, result: .muted), Self.seen(.fail, day: 10), reason: true)
        #expect(muted.state?.status == .acknowledged)
        #expect(!muted.writesStatusReason)
    }

    @Test("a late older run may only lower first_seen_at")
    func late() {
        for stored in [Self.stored(.open), Self.stored(.resolved), Self.stored(.acknowledged, .mute)] {
            for result in [FindingResult.fail, .muted, .warning] {
                var expected = stored
                expected.firstSeenAt = day(2)
                let early = change(stored, Self.seen(result, day: 2), content: true, reason: true)
                #expect(early == FindingChange(kind: .update, state: expected))
                #expect(change(stored, Self.seen(result, day: 7), content: true, reason: true).kind == .unchanged)
            }
            #expect(change(stored, Self.seen(.pass, day: 2)).kind == .unchanged)
            #expect(change(stored, Self.seen(.fail, day: 2, stated: .resolved)).kind == .unchanged)
        }
        // Older than the newest run that evaluated the check, though newer than the one that decided this finding.
        #expect(change(Self.stored(.resolved), Self.seen(.fail, day: 15), evaluated: 20).kind == .unchanged)
    }

    @Test("a finding that only an older run lists is stored as resolved by the newer one")
    func lateFirst() {
        let change = change(nil, Self.seen(.fail, day: 3), evaluated: 20)
        #expect(change.kind == .insert)
        #expect(change.state?.status == .resolved)
        #expect(change.state?.resolvedAt == day(20))
        #expect(change.state?.firstSeenAt == day(3))
        #expect(change.state?.lastSeenAt == day(3))
        #expect(self.change(nil, Self.seen(.fail, day: 20), evaluated: 20).state?.status == .open)
    }

    @Test("what a run does not list is resolved only by a strictly newer run that evaluated its check")
    func absent() {
        for stored in [Self.stored(.open), Self.stored(.acknowledged, .mute), Self.stored(.acknowledged, .inProgress)] {
            let change = FindingLifecycle.absent(stored, runTime: day(20), checkEvaluated: true)
            #expect(change.kind == .resolve)
            #expect(change.state?.status == .resolved)
            #expect(change.state?.acknowledgement == AcknowledgementOrigin.none)
            #expect(change.state?.resolvedAt == day(20))
            #expect(change.state?.lastSeenAt == day(10))
            #expect(FindingLifecycle.absent(stored, runTime: day(20), checkEvaluated: false).kind == .unchanged)
            #expect(FindingLifecycle.absent(stored, runTime: day(10), checkEvaluated: true).kind == .unchanged)
            #expect(FindingLifecycle.absent(stored, runTime: day(9), checkEvaluated: true).kind == .unchanged)
        }
        let resolved = Self.stored(.resolved)
        #expect(FindingLifecycle.absent(resolved, runTime: day(20), checkEvaluated: true).kind == .unchanged)
    }

    @Test(
        "only pass, fail, warning and muted show that a check was evaluated", arguments: FindingResult.allCases)
    func evaluation(result: FindingResult) {
        #expect(result.isEvaluation == [.pass, .fail, .warning, .muted].contains(result))
    }

    @Test("content and reason are written when they differ, but an acknowledgement that stays keeps its reason")
    func writes() {
        let update = change(Self.stored(.open), Self.seen(.fail, day: 20), content: true, reason: true)
        #expect(update.writesContent && update.writesStatusReason)
        let plain = change(Self.stored(.open), Self.seen(.fail, day: 20))
        #expect(!plain.writesContent && !plain.writesStatusReason)
        let kept = change(
            Self.stored(.acknowledged, .inProgress), Self.seen(.fail, day: 20), content: true, reason: true)
        #expect(kept.writesContent && !kept.writesStatusReason)
        let sameRun = change(Self.stored(.open), Self.seen(.fail, day: 10), content: true)
        #expect(sameRun.kind == .update && sameRun.writesContent)
    }

    @Test(
        "a native record's status is the caller's word",
        arguments: [
            (.open, .acknowledged, .update, .caller), (.acknowledged, .open, .reopen, .none),
            (.acknowledged, .resolved, .resolve, .none), (.resolved, .open, .reopen, .none),
            (.resolved, .acknowledged, .reopen, .caller), (.open, .open, .update, .none),
        ] as [(FindingStatus, FindingStatus, FindingChange.Kind, AcknowledgementOrigin)])
    func nativeStatus(
        before: FindingStatus, after: FindingStatus, kind: FindingChange.Kind, origin: AcknowledgementOrigin
    ) {
        let stored = Self.stored(before, before == .acknowledged ? .caller : .none, result: .none)
        let change = change(stored, Self.native(after, first: 4, last: 20), evaluated: 99)
        #expect(change.kind == kind)
        #expect(change.state?.status == after)
        #expect(change.state?.acknowledgement == origin)
        #expect(change.state?.lastSeenAt == day(20))
    }

    @Test("a native record keeps its own times, and an older one only lowers first_seen_at")
    func nativeTimes() {
        #expect(change(nil, Self.native(.open, first: 1, last: 8)).state?.firstSeenAt == day(1))
        #expect(change(nil, Self.native(.resolved, first: 1, last: 8)).kind == .countOnly)
        let late = change(Self.stored(.open, result: .none), Self.native(.resolved, first: 1, last: 8))
        #expect(late.kind == .unchanged)
        let earlier = change(Self.stored(.resolved, result: .none), Self.native(.open, first: 1, last: 8))
        #expect(earlier.state?.firstSeenAt == day(1))
        #expect(earlier.state?.status == .resolved)
    }
}
