import ArgumentParser
import ReviewPackAPI
import ReviewPackClient

struct CheckCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Compare the service's rows, files, digests, indexes and audit log.",
        usage: "reviewpackctl check [--read-data] [--repair]",
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
