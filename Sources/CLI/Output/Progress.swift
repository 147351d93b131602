/// The one line that shows how far something is, as text; drawing it is `ProgressMeter`'s.
struct ProgressLine: Equatable, Sendable {
    /// What happens: `Importing`, `Downloading`, `findings`.
    var label: String
    var done: Int64
    /// nil or 0 = not known: then only `done` is shown.
    var total: Int64?
    var unit: Unit

    enum Unit: Sendable { case bytes, items, none }

    /// The line, never wider than `width` columns less one, so that the terminal does not wrap.
    func rendered(width: Int) -> String {
        let room = max(0, width - 1)
        let text = label.printable
        guard unit != .none else { return text.cut(toWidth: room) }
        guard let total, total > 0 else { return "\(text) \(amount(done))".cut(toWidth: room) }
        let shown = min(max(0, done), total)
        let share = Double(shown) / Double(total)
        let percent = "\(Int(share * 100))%"
        let amounts = "\(amount(shown)) of \(amount(total))"
        let barWidth = min(30, room - DisplayWidth.of(text) - percent.count - amounts.count - 5)
        guard barWidth >= 5 else { return "\(text) \(percent)".cut(toWidth: room) }
        let filled = Int(share * Double(barWidth))
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: barWidth - filled)
        return "\(text) [\(bar)] \(percent) \(amounts)"
    }

    private func amount(_ value: Int64) -> String {
        unit == .bytes ? ByteCount.text(value) : "\(value)"
    }
}

extension String {
    /// The beginning that fits into `width` columns.
    func cut(toWidth width: Int) -> String {
        var used = 0
        var out = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            used += DisplayWidth.of(scalar)
            if used > width { break }
            out.append(scalar)
        }
        return String(out)
    }
}
