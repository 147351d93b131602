import ArgumentParser
import Domain
import ExitCodes
import ReviewPackAPI
import ReviewPackClient

struct PackWatchCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "watch",
        abstract: "Follow a review pack until it is ready, failed or expired.",
        arguments: "<pack>",
        discussion: """
            One line for each change of status or phase; with -o jsonl one object for
            each message. Exits 1 when the pack failed.

            Example:
              reviewpackctl watch 1a6f8b10
            """)

    @Argument(
        help: .pack,
        completion: .packs())
    var pack: String

    @OptionGroup var common: CommonOptions

    var subject: String? { "pack \(pack)" }

    func run(in session: Session) async throws {
        try await session.withClient { client in
            // A stream has no end that an array could wait for: `json` is one object a line, as `jsonl`.
            let format = session.format == .json ? OutputFormat.jsonl : session.format
            var view = WatchView(format: format)
            let id = try await client.packID(pack)
            let last = try await PackFollower(session: session).wait(for: id, client: client) { response in
                view.next(response)?.encoded(as: format, colour: session.terminal.coloursOutput)
            }
            try PackFollower.check(last)
        }
    }
}

/// Follows a pack to its end and shows how far it is.
struct PackFollower {
    let session: Session

    /// Returns the pack as it ended; progress goes to standard error when that is a terminal.
    ///
    /// - Parameter printing: what goes to standard output for a message; nil = nothing.
    func wait(
        for id: String, client: ReviewPackClient, printing: (Proto.WatchPackResponse) -> [UInt8]? = { _ in nil }
    ) async throws -> Proto.Pack {
        try await session.withProgress { meter in
            try await follow(id, client: client, meter: meter, printing: printing)
        }
    }

    private func follow(
        _ id: String, client: ReviewPackClient, meter: ProgressMeter,
        printing: (Proto.WatchPackResponse) -> [UInt8]?
    ) async throws -> Proto.Pack {
        var outputFailure: CommandError?
        do {
            return try await client.watch(id) { (response) async throws(ClientError) in
                if let bytes = printing(response) {
                    // On a terminal both streams share the line.
                    meter.clear()
                    do throws(CommandError) { try session.context.output.write(bytes) } catch {
                        outputFailure = error
                        throw ClientError.cancelled
                    }
                }
                if let progress = response.progress, response.pack?.status.isFinal == false {
                    meter.show(ProgressViews.line(progress))
                }
            }
        } catch {
            if let outputFailure { throw outputFailure }
            throw error
        }
    }

    /// A pack that ended failed is this program's failure too, with the sanitised reason.
    static func check(_ pack: Proto.Pack) throws(CommandError) {
        guard pack.status == .failed else { return }
        let reason = pack.failureReason.flatMap(FailureReason.init(rawValue:))
        throw .failed(
            .failure,
            "generation failed: \(reason?.explanation ?? "no reason is known to this client") "
                + "[\(pack.failureReason ?? "unknown")]",
            advice: reason?.advice ?? "look at its run: `reviewpackctl show \(pack.id)`")
    }
}

/// What `watch` prints of each message: in a table only changes of status or phase, in the other forms every message.
struct WatchView {
    let format: OutputFormat
    private var last: (status: Proto.PackStatus, phase: String)?

    init(format: OutputFormat) { self.format = format }

    /// nil when a person has seen it already.
    mutating func next(_ response: Proto.WatchPackResponse) -> Rendering? {
        guard let pack = response.pack else { return nil }
        let phase = response.progress?.phase ?? ""
        if format == .table || format == .id, let last, last == (pack.status, phase) { return nil }
        last = (pack.status, phase)
        let badge = pack.status.badge
        let suffix = pack.status.isFinal || phase.isEmpty || phase == badge.text ? "" : "  \(phase.printable)"
        return Rendering(
            text: { "\(badge.rendered(colour: $0))\(suffix)\n" }, value: OutputValue(response), ids: [pack.id])
    }
}
