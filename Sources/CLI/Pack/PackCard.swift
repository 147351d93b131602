import Domain
import ReviewPackAPI

/// The tenant's card in its five states, in the words of contract section 7.
enum CardView {
    static func rendering(_ card: Proto.GetCardResponse, now: UnixMillis) -> Rendering {
        .one(OutputValue(card), id: card.pack?.id ?? card.tenantExternalID, text: sections(card, now: now))
    }

    private static func sections(_ card: Proto.GetCardResponse, now: UnixMillis) -> SectionedText {
        var state = SectionedText.Section(title: card.tenantName.printable)
        if let pack = card.pack {
            describe(pack, of: card, now: now, in: &state)
        } else {
            state.add("", "No review pack yet")
        }
        var next = SectionedText.Section(title: "Next")
        for action in card.actions { next.add(action.label.printable, action.command.printable) }
        return SectionedText(sections: [state, next])
    }

    private static func describe(
        _ pack: Proto.Pack, of card: Proto.GetCardResponse, now: UnixMillis, in section: inout SectionedText.Section
    ) {
        section.add("Status", pack.status.badge)
        switch pack.status {
        case .queued, .generating:
            section.add("", "Generation in progress")
            section.add("Progress", ifPresent: card.progress.map { ProgressViews.line($0).rendered(width: 80) })
        case .ready:
            section.add("Generated", ifPresent: pack.generatedAt?.description)
            section.add("Expires", ifPresent: pack.expiresAt?.description)
            section.add("Size", ifPresent: pack.fileSize.map(ByteCount.text))
        case .failed:
            section.add("Reason", (card.failureMessage ?? "The generation failed.").printable)
        case .expired:
            section.add("Expired", ifPresent: expired(pack, now: now)?.description)
        default: break
        }
    }

    /// When the pack expired: at its time, or earlier when somebody expired it.
    private static func expired(_ pack: Proto.Pack, now: UnixMillis) -> UnixMillis? {
        guard let time = pack.expiresAt, time > now else { return pack.expiresAt }
        return pack.updatedAt
    }
}

/// How far a generation is.
enum ProgressViews {
    static func line(_ progress: Proto.PackProgress) -> ProgressLine {
        guard progress.phase == "findings", progress.findingsTotal > 0 || progress.findingsDone > 0 else {
            return ProgressLine(label: progress.phase.isEmpty ? "waiting" : progress.phase, done: 0, unit: .none)
        }
        return ProgressLine(
            label: progress.phase, done: progress.findingsDone,
            total: progress.findingsTotal > 0 ? progress.findingsTotal : nil, unit: .items)
    }
}
