import ArgumentParser
import ReviewPackAPI
import ReviewPackClient

struct CheckCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "check",
        abstract: "Compare the service's rows, files, digests, indexes and audit log.",
        arguments: "[--read-data] [--repair]",
        discussion: """
            Exits 0 when everything is sound and 65 when not. Repairing removes files that
            no pack wants, resets modes, makes missing indexes anew and finishes expiries;
            it never changes a pack, a finding or the audit log.

            Examples:
              reviewpackctl check --read-data
              reviewpackctl check --repair
            """)

    @Flag(help: "Read every pack and compare each block with its digest.")
    var readData = false

    @Flag(help: "Mend what can be mended without losing evidence.")
    var repair = false

    @OptionGroup var common: CommonOptions

    func run(in session: Session) async throws {
        try await session.withClient { client in
            let response = try await client.check(readingData: readData, repairing: repair)
            try session.print(CheckView.result(response))
            guard response.sound else {
                throw ClientError.fault(
                    .badData, "the state is not sound: \(CheckView.count(response.problemCount, "problem"))",
                    advice: repair
                        ? "each problem above says what to do; Docs/OPERATIONS.md has more"
                        : "each problem above says what to do; --repair mends what loses no evidence")
            }
        }
    }
}

/// The result of a check for people: its problems as a table, then what was looked at.
enum CheckView {
    static func result(_ response: Proto.CheckResponse) -> Rendering {
        let table = TextTable(
            columns: [.left("KIND"), .left("SUBJECT"), .left("REPAIRED"), .left("PROBLEM")],
            rows: response.problems.map {
                [
                    StyledText($0.kind.printable), StyledText($0.subject.printable),
                    $0.repaired
                        ? StyledText("yes", .success)
                        : StyledText("no", .danger),
                    StyledText($0.message.printable),
                ]
            })
        let summary = summary(response)
        let isEmpty = response.problems.isEmpty
        return Rendering(
            text: { colour in (isEmpty ? "" : table.rendered(colour: colour) + "\n") + summary + "\n" },
            value: OutputValue(response), ids: response.problems.map(\.subject))
    }

    /// `sound: 2 packs, 2 files, 12 audit events; 0 B of packs read`.
    private static func summary(_ response: Proto.CheckResponse) -> String {
        let verdict = response.sound ? "sound" : "not sound"
        let looked = [
            count(response.packs, "pack"), count(response.files, "file"), count(response.auditEvents, "audit event"),
        ].joined(separator: ", ")
        let listed = Int64(response.problems.count)
        let more = response.problemCount > listed ? "; \(response.problemCount - listed) more problems" : ""
        return "\(verdict): \(looked); \(ByteCount.text(response.bytesRead)) of packs read\(more)"
    }

    static func count(_ number: Int64, _ thing: String) -> String { "\(number) \(thing)\(number == 1 ? "" : "s")" }
}
