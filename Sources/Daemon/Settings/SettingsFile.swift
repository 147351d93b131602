import Glibc
import SystemIO
import Yams

/// The text of a settings file and what it assigns.
struct SettingsFile {
    /// One `key: value` line, not yet looked up.
    struct Assignment: Equatable {
        var key: String
        var value: String
        /// From 1.
        var line: Int
    }

    /// Far more than any real file; the daemon reads no more of what it is pointed at.
    static let maximumBytes = 256 << 10

    /// Reads the assignments of `text`, which is one YAML mapping of plain values (or nothing).
    ///
    /// Values are the scalars' own text: YAML's types would turn `0660` into 432 and `12:30` into 750. The problems are
    /// those of lines that assign nothing; what the others assign is still to be checked.
    static func assignments(
        in text: String, path: String
    ) throws(SettingsError) -> (assignments: [Assignment], problems: [SettingsProblem]) {
        let (unrepeated, repetitions) = RepeatedKeys.removed(from: text)
        let problems = repetitions.map {
            SettingsProblem(.file(path, line: $0.line), key: $0.key, "is given more than once; keep one of them")
        }
        let (assignments, more) = try unrepeatedAssignments(in: unrepeated, path: path)
        return (assignments, problems + more)
    }

    private static func unrepeatedAssignments(
        in text: String, path: String
    ) throws(SettingsError) -> (assignments: [Assignment], problems: [SettingsProblem]) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw SettingsError([problem(of: error, path: path)])
        }
        guard let root else { return ([], []) }
        guard let mapping = root.mapping else {
            // A file of comments or of `---` alone is an empty scalar.
            if let scalar = root.scalar, isNull(scalar) { return ([], []) }
            throw SettingsError([
                SettingsProblem(.file(path, line: root.mark?.line ?? 1), "must hold lines of the form `key: value`")
            ])
        }
        var assignments: [Assignment] = []
        var problems: [SettingsProblem] = []
        for (key, value) in mapping {
            let line = key.mark?.line ?? 1
            guard let name = key.scalar?.string else {
                problems.append(SettingsProblem(.file(path, line: line), "a key must be a plain word"))
                continue
            }
            guard let scalar = value.scalar else {
                let kind = value.sequence == nil ? "group of keys" : "list"
                problems.append(
                    SettingsProblem(.file(path, line: line), key: name, "must have one value, not a \(kind)"))
                continue
            }
            assignments.append(Assignment(key: name, value: isNull(scalar) ? "" : scalar.string, line: line))
        }
        return (assignments, problems)
    }

    /// Reads the file's text. Nil when there is none at `path`.
    static func read(_ path: String) throws(SettingsError) -> String? {
        func fail(_ message: String) -> SettingsError {
            SettingsError([SettingsProblem(.file(path, line: 0), message)])
        }
        let raw = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard raw >= 0 else {
            if errno == ENOENT { return nil }
            throw fail("cannot be read: \(String(cString: strerror(errno)))")
        }
        let descriptor = OwnedDescriptor(taking: raw)
        var status = stat()
        guard fstat(descriptor.raw, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw fail("is not a regular file")
        }
        // Whoever can change it can name the administrators.
        if let complaint = TrustedPath.complaint(about: path) {
            throw fail("others than root and the daemon's user could change it: \(complaint)")
        }
        guard let bytes = SystemFile.contents(of: descriptor.raw, limit: maximumBytes) else {
            throw fail("cannot be read, or has more than \(maximumBytes >> 10) KiB")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw fail("is not UTF-8 text") }
        return text
    }

    private static func isNull(_ scalar: Node.Scalar) -> Bool {
        scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
    }

    private static func problem(of error: any Error, path: String) -> SettingsProblem {
        func at(_ mark: Mark, _ what: String) -> SettingsProblem {
            SettingsProblem(.file(path, line: mark.line), "is not YAML here: \(what)")
        }
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return at(mark, problem)
        case .duplicatedKeysInMapping(let keys, let context):
            return SettingsProblem(
                .file(path, line: context.mark.line), key: keys.first, "is given more than once; keep one of them")
        case .reader(let problem, _, _, _): return SettingsProblem(.file(path, line: 0), "is not YAML: \(problem)")
        default: return SettingsProblem(.file(path, line: 0), "is not YAML: \(error)")
        }
    }
}

/// Keys that a settings file assigns more than once, found line by line: the YAML reader stops at the first and knows
/// only where the mapping begins.
enum RepeatedKeys {
    /// The text with every assignment but a key's first made a comment, and where those stood. Lines keep their
    /// numbers.
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
