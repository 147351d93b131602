/// Finds the known name that an unknown one was probably meant to be.
enum NearestName {
    /// The known name with the fewest edits to `name`, when that is few enough to be a slip; the first of equals.
    static func of(_ name: String, among known: [String]) -> String? {
        let wanted = Array(name.lowercased().utf8.prefix(64).map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 })
        let allowed = max(2, wanted.count / 3)
        var best: (name: String, distance: Int)?
        for candidate in known {
            let distance = edits(from: wanted, to: Array(candidate.utf8))
            if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours.
    static func edits(from a: [UInt8], to b: [UInt8]) -> Int {
        var previous2: [Int] = []
        var previous = Array(0...b.count)
        for i in 0..<a.count {
            var current = [i + 1]
            for j in 0..<b.count {
                var cost = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, previous2[j - 1] + 1) }
                current.append(cost)
            }
            previous2 = previous
            previous = current
        }
        return previous[b.count]
    }
}
