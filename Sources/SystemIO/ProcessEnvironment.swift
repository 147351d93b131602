import Glibc

/// What the process was started with, read without Foundation.
package enum ProcessEnvironment {
    /// The environment as it is now.
    package static func variables() -> [String: String] {
        var entries: [String] = []
        var entry = environ
        while let text = entry.pointee {
            entries.append(String(cString: text))
            entry += 1
        }
        return variables(of: entries)
    }

    /// A name that is given twice counts with its first value, as in getenv(3); what has no `=` is no variable.
    static func variables(of entries: [String]) -> [String: String] {
        var variables: [String: String] = [:]
        for entry in entries {
            let pair = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2, variables[String(pair[0])] == nil { variables[String(pair[0])] = String(pair[1]) }
        }
        return variables
    }
}
