/// What `doctor` found, a line for each check.
enum DoctorView {
    static func list(_ lines: [DoctorLine]) -> Rendering {
        .list(
            lines.map { line in
                .fields([
                    "name": .string(line.name), "result": .string(line.result.rawValue), "found": .string(line.found),
                    "advice": line.advice.isEmpty ? .null : .string(line.advice),
                ])
            }, ids: lines.map(\.name),
            table: TextTable(columns: [.left("CHECK"), .left("RESULT"), .left("FOUND")], rows: lines.flatMap(rows)))
    }

    /// What to do stands below what was found, or lines would be wider than screens.
    private static func rows(_ line: DoctorLine) -> [[StyledText]] {
        let found = [StyledText(line.name.printable), result(line.result), StyledText(line.found.printable)]
        guard !line.advice.isEmpty else { return [found] }
        return [found, [StyledText(""), StyledText(""), StyledText("-> \(line.advice.printable)")]]
    }

    private static func result(_ result: DoctorLine.Result) -> StyledText {
        switch result {
        case .ok: StyledText("ok", parameter: 32)
        case .warn: StyledText("warn", parameter: 33)
        case .fail: StyledText("FAIL", parameter: 31)
        case .skip: StyledText("skip", parameter: 90)
        }
    }
}
