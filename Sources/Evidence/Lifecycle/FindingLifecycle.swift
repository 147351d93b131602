public import Domain

/// From a scanner's result to a finding's status, as functions without state.
///
/// 1. Only the newest run that evaluated a check decides. A run older than that may only lower `first_seen_at`.
/// 2. A run at exactly the time that decided may decide again, so that a corrected file of the same run takes effect;
///    the same file again changes nothing, because every rule is idempotent.
/// 3. `last_seen_at` never moves back, `first_seen_at` never forward.
/// 4. The result is that of the newest run that listed the finding, also when it decided nothing.
/// 5. What a run does not list is resolved only if a strictly newer run evaluated its check.
public enum FindingLifecycle {
    /// What an observation says about the status.
    enum Verdict: Equatable {
        /// A scanner's fail: opens, but leaves an acknowledgement.
        case failing
        /// A caller's word that the finding is open.
        case open
        case acknowledged(AcknowledgementOrigin)
        case closed
        /// Manual, skipped, not applicable, error: says nothing about the status.
        case undecided
    }

    static func verdict(_ seen: FindingObservation) -> Verdict {
        if seen.format == .native {
            switch seen.statedStatus {
            case .acknowledged: return .acknowledged(.caller)
            case .resolved: return .closed
            case .open, nil: return .open
            }
        }
        if seen.statedStatus == .resolved { return .closed }
        if seen.result.isUndecided { return .undecided }
        switch seen.result {
        case .pass: return .closed
        case .muted: return .acknowledged(.mute)
        default: return seen.statedStatus == .acknowledged ? .acknowledged(.inProgress) : .failing
        }
    }

    /// The change for a finding that a run lists.
    ///
    /// - Parameters:
    ///   - stored: nil when the fingerprint is not known.
    ///   - checkEvaluatedAt: the time of the newest run known so far (this one aside) that evaluated this source's
    ///     check; nil when there is none, and for native records.
    ///   - contentDiffers: whether the record's content digest is not the stored one.
    ///   - reasonDiffers: whether the record's status reason is not the stored one.
    public static func present(
        _ stored: FindingState?, _ seen: FindingObservation, checkEvaluatedAt: UnixMillis?, contentDiffers: Bool,
        reasonDiffers: Bool
    ) -> FindingChange {
        let newerEvaluation = seen.format == .ocsf ? checkEvaluatedAt.flatMap { $0 > seen.decidedAt ? $0 : nil } : nil
        let verdict = verdict(seen)
        guard let stored else { return first(seen, verdict, newerEvaluation: newerEvaluation) }
        // The deciding run, imported again after a newer one that decided nothing, is a late one too.
        let isFollowed =
            seen.decidedAt == stored.decidedAt && stored.resultAt > stored.decidedAt && verdict != .undecided
        if seen.decidedAt < stored.decidedAt || newerEvaluation != nil || isFollowed {
            return late(stored, seen, verdict)
        }
        switch verdict {
        case .undecided:
            guard stored.result != seen.result, seen.decidedAt >= stored.resultAt else {
                return FindingChange(kind: .unchanged)
            }
            var next = stored
            next.note(seen)
            return FindingChange(kind: .update, state: next)
        case .closed:
            return close(stored, seen, contentDiffers: contentDiffers)
        case .failing, .open, .acknowledged:
            return keepOpen(stored, seen, verdict, contentDiffers: contentDiffers, reasonDiffers: reasonDiffers)
        }
    }

    /// The change for a known finding of a scanner that a run does not list.
    ///
    /// - Parameter checkEvaluated: whether this run holds a pass or fail of the finding's check
    ///   (`FindingResult.isEvaluation`).
    public static func absent(_ stored: FindingState, runTime: UnixMillis, checkEvaluated: Bool) -> FindingChange {
        guard checkEvaluated, stored.status != .resolved, runTime > stored.decidedAt else {
            return FindingChange(kind: .unchanged)
        }
        var next = stored
        next.status = .resolved
        next.acknowledgement = .none
        next.resolvedAt = runTime
        next.decidedAt = runTime
        return FindingChange(kind: .resolve, state: next)
    }

    private static func first(
        _ seen: FindingObservation, _ verdict: Verdict, newerEvaluation: UnixMillis?
    ) -> FindingChange {
        var state = FindingState(
            status: .open, result: seen.result, firstSeenAt: seen.firstSeenAt, lastSeenAt: seen.lastSeenAt,
            decidedAt: seen.decidedAt)
        switch verdict {
        case .closed, .undecided: return FindingChange(kind: .countOnly)
        case .acknowledged(let origin):
            state.status = .acknowledged
            state.acknowledgement = origin
        case .failing, .open: break
        }
        if let newerEvaluation {
            // A newer run has looked at this check and did not list the finding: it is history already.
            state.status = .resolved
            state.acknowledgement = .none
            state.resolvedAt = newerEvaluation
            state.decidedAt = newerEvaluation
        }
        return FindingChange(kind: .insert, state: state, writesContent: true, writesStatusReason: true)
    }

    private static func late(_ stored: FindingState, _ seen: FindingObservation, _ verdict: Verdict) -> FindingChange {
        guard verdict != .closed, verdict != .undecided, seen.firstSeenAt < stored.firstSeenAt else {
            return FindingChange(kind: .unchanged)
        }
        var next = stored
        next.firstSeenAt = seen.firstSeenAt
        return FindingChange(kind: .update, state: next)
    }

    private static func close(
        _ stored: FindingState, _ seen: FindingObservation, contentDiffers: Bool
    ) -> FindingChange {
        // A pass of a resolved finding is no news, and packs do not show it.
        guard stored.status != .resolved else { return FindingChange(kind: .unchanged) }
        var next = stored
        next.status = .resolved
        next.acknowledgement = .none
        next.note(seen)
        next.lastSeenAt = max(stored.lastSeenAt, seen.lastSeenAt)
        next.resolvedAt = seen.decidedAt
        next.decidedAt = seen.decidedAt
        return FindingChange(kind: .resolve, state: next, writesContent: contentDiffers, writesStatusReason: true)
    }

    private static func keepOpen(
        _ stored: FindingState, _ seen: FindingObservation, _ verdict: Verdict, contentDiffers: Bool,
        reasonDiffers: Bool
    ) -> FindingChange {
        var next = stored
        next.note(seen)
        next.firstSeenAt = min(stored.firstSeenAt, seen.firstSeenAt)
        next.lastSeenAt = max(stored.lastSeenAt, seen.lastSeenAt)
        next.resolvedAt = nil
        next.decidedAt = seen.decidedAt
        var keepsReason = false
        switch verdict {
        case .acknowledged(let origin):
            next.status = .acknowledged
            next.acknowledgement = origin
        case .failing where stored.status == .acknowledged:
            let muteEnds = stored.acknowledgement == .mute && seen.decidedAt > stored.decidedAt
            if muteEnds {
                next.status = .open
                next.acknowledgement = .none
            } else {
                keepsReason = true
            }
        default:
            next.status = .open
            next.acknowledgement = .none
        }
        let ended = stored.status == .acknowledged && next.status == .open
        let change = FindingChange(
            kind: stored.status == .resolved || ended ? .reopen : .update, state: next, writesContent: contentDiffers,
            writesStatusReason: reasonDiffers && !keepsReason)
        let same = next == stored && !change.writesContent && !change.writesStatusReason
        return same ? FindingChange(kind: .unchanged) : change
    }
}

extension FindingResult {
    /// Whether the result says nothing about the finding's status.
    var isUndecided: Bool {
        switch self {
        case .manual, .skipped, .notApplicable, .error: true
        case .none, .pass, .fail, .warning, .muted: false
        }
    }

    /// Whether a record with this result shows that its run looked at the check and reached a verdict.
    ///
    /// A muted record is a fail that a mute list hides, so it counts.
    public var isEvaluation: Bool {
        switch self {
        case .pass, .fail, .warning, .muted: true
        case .none, .manual, .skipped, .notApplicable, .error: false
        }
    }
}
