import GRDB

/// The WHERE clause of a listing, built from the conditions that are set. Texts are constants of ours; values are
/// always bound.
struct Conditions {
    private var texts: [String] = []
    private(set) var arguments = StatementArguments()

    /// Adds `text`, which holds one `?`, when there is a value.
    mutating func add(_ text: String, _ value: (any DatabaseValueConvertible)?) {
        guard let value else { return }
        add(text, [value])
    }

    mutating func add(_ text: String, _ values: StatementArguments = StatementArguments()) {
        texts.append(text)
        arguments += values
    }

    /// Adds `column IN (?, ...)`; no values match nothing.
    mutating func add(_ column: String, in values: [any DatabaseValueConvertible]) {
        let marks = Array(repeating: "?", count: values.count).joined(separator: ", ")
        add("\(column) IN (\(marks))", StatementArguments(values))
    }

    var whereClause: String { texts.isEmpty ? "" : "WHERE " + texts.joined(separator: " AND ") }
}
