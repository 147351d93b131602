import ArgumentParser
import Domain
import ReviewPackAPI
import ReviewPackClient

struct PackShowCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "show",
        abstract: "Show all about one review pack.",
        arguments: "<pack>",
        discussion: """
            Example:
              reviewpackctl show 1a6f8b10 -o json
            """)

    @Argument(
        help: .pack,
        completion: .packs())
    var pack: String

    @OptionGroup var common: CommonOptions

    var subject: String? { "pack \(pack)" }

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let (pack, actions) = try await client.pack(try await client.packID(pack))
            try session.print(
                .one(
                    OutputValue(pack), id: pack.id,
                    text: PackViews.detail(pack, actions: actions, accounts: session.context.accounts)))
        }
    }
}

struct PackCardCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "card",
        abstract: "Show a tenant's newest review pack and what you may do next.",
        arguments: "<tenant>",
        discussion: """
            Example:
              reviewpackctl card $TENANT
            """)

    @Argument(help: .tenant, completion: .tenants)
    var tenant: String

    @OptionGroup var common: CommonOptions

    var subject: String? { "tenant \(tenant)" }

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let card = try await client.card(tenant: try await client.tenantID(tenant))
            try session.print(CardView.rendering(card, now: session.context.now()))
        }
    }
}

/// The tenant's card in its five states: no pack, in progress, ready, failed, expired.
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
