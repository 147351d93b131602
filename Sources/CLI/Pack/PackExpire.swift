import ArgumentParser
import Domain
import ReviewPackAPI
import ReviewPackClient

struct PackExpireCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "expire",
        abstract: "Delete a ready pack's file now; its record stays.",
        arguments: "<pack> [--yes]",
        discussion: """
            Example:
              reviewpackctl expire 1a6f8b10 --yes
            """)

    @Argument(
        help: .pack,
        completion: .packs(.ready))
    var pack: String

    @Flag(help: .yes)
    var yes = false

    @OptionGroup var common: CommonOptions

    var subject: String? { "pack \(pack)" }

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let id = try await client.packID(pack)
            if !yes {
                let found = try await client.pack(id).pack
                try await session.confirm(
                    "Delete the file of pack \(ValueText.shortID(found.id).printable) "
                        + "of \(found.tenantName.printable)?",
                    yes: false)
            }
            let expired = try await client.expire(id)
            try session.print(
                .one(
                    OutputValue(expired), id: expired.id,
                    line: "\(expired.id.printable)  \(expired.status.word ?? "unknown")"))
        }
    }
}

struct PackCancelCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "cancel",
        abstract: "End a generation that waits or runs; nothing of it is kept.",
        arguments: "<pack>",
        discussion: """
            The pack ends failed with the reason cancelled. Exits 1 when it is ready,
            failed or expired already.

            Example:
              reviewpackctl cancel 1a6f8b10
            """)

    @Argument(
        help: .pack,
        completion: .packs(.queued, .generating))
    var pack: String

    @OptionGroup var common: CommonOptions

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let ended = try await client.cancel(try await client.packID(pack))
            let reason = ended.failureReason.map { "  \($0.printable)" } ?? ""
            try session.print(
                .one(
                    OutputValue(ended), id: ended.id,
                    line: "\(ended.id.printable)  \(ended.status.word ?? "unknown")\(reason)"))
        }
    }
}
