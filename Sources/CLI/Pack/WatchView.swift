import ReviewPackAPI

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
