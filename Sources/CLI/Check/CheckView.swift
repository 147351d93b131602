import Domain
import ReviewPackAPI

/// The result of a check for people: its problems as a table, then what was looked at.
enum CheckView {
    static func result(_ response: Proto.CheckResponse) -> Rendering {
        let table = TextTable(
            columns: [.left("KIND"), .left("SUBJECT"), .left("REPAIRED"), .left("PROBLEM")],
            rows: response.problems.map {
                [
                    StyledText($0.kind.printable), StyledText($0.subject.printable),
                    $0.repaired
                        ? StyledText("yes", parameter: Badge.success.terminalColour)
                        : StyledText("no", parameter: Badge.danger.terminalColour),
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
