/// Keys that a settings file assigns more than once, found line by line: the YAML reader stops at the first and knows only where
/// the mapping begins.
enum RepeatedKeys {
    /// The text with every assignment but a key's first made a comment, and where those stood. Lines keep their numbers.
    ///
    /// A repeated key in a form that is not seen here (in quotes over two lines, in braces) is left to the YAML reader.
    static func removed(from text: String) -> (text: String, repetitions: [(key: String, line: Int)]) {
        var seen: Set<String> = []
        var repetitions: [(key: String, line: Int)] = []
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for index in lines.indices {
            guard let key = key(of: lines[index]), !seen.insert(key).inserted else { continue }
            repetitions.append((key, index + 1))
            lines[index] = "#" + lines[index]
        }
        return (repetitions.isEmpty ? text : lines.joined(separator: "\n"), repetitions)
    }

    /// The key of a line that begins with one, without the quotes around it.
    private static func key(of line: String) -> String? {
        guard let first = line.utf8.first, !" \t#-{[".utf8.contains(first), let colon = line.firstIndex(of: ":") else {
            return nil
        }
        let rest = line[line.index(after: colon)...]
        guard rest.isEmpty || rest.first == " " || rest.first == "\r" || rest.first == "\t" else { return nil }
        let name = line[..<colon].split(separator: " ")
        guard name.count == 1 else { return nil }
        return name[0].filter { $0 != "\"" && $0 != "'" }
    }
}
