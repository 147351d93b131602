import ArgumentParser
import ReviewPackAPI
import ReviewPackClient

struct CancelCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "End a generation that waits or runs; nothing of it is kept.",
        usage: "reviewpackctl cancel <pack>",
        discussion: """
            The pack ends failed with the reason cancelled. Exits 1 when it is ready,
            failed or expired already.

            Example:
              reviewpackctl cancel 1a6f8b10
            """)

    @Argument(
        help: ArgumentHelp("The pack's id, or at least 6 digits of its beginning or end.", valueName: "pack"),
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
