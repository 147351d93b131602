import Foundation

/// The calls that the preloaded library saw.
struct FaultLog {
    private struct Line {
        var number: Int
        var call: String
        var outcome: Int32
        var path: String
    }

    private let lines: [Line]

    init(path: String) throws {
        lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap { text in
            let words = text.split(separator: " ", maxSplits: 3).map(String.init)
            guard words.count == 4, let number = Int(words[0]), let outcome = Int32(words[2]) else { return nil }
            return Line(number: number, call: words[1], outcome: outcome, path: words[3])
        }
    }

    /// The name of the call with this number; nil when there were fewer. (Calls that are not counted repeat a number.)
    func call(_ number: Int) -> String? { lines.first { $0.number == number }?.call }

    func around(_ number: Int) -> String {
        let index = lines.firstIndex { $0.number == number } ?? 0
        return lines[max(0, index - 8)..<min(lines.count, index + 16)]
            .map { "\($0.number) \($0.call) \($0.outcome) \($0.path)" }.joined(separator: "\n")
    }

    /// Says where something was taken for durable after its sync had failed and before it was written again.
    ///
    /// A failed fsync marks the pages clean (fsyncgate): the next one succeeds without having written them. For a
    /// directory, a change of its entries is what writes it again.
    var falseSync: String? {
        var failed: Set<String> = []
        for (index, line) in lines.enumerated() {
            switch line.call {
            case "fsync", "fdatasync":
                if line.outcome != 0 {
                    failed.insert(line.path)
                } else if failed.contains(line.path), !beginsCheckpoint(index) {
                    return "call \(line.number): \(line.path) was synced again without having been written again"
                }
            case "rename", "link":
                guard line.outcome == 0 else { continue }
                if failed.contains(line.path) {
                    return "call \(line.number): \(line.path) got a name after its sync failed"
                }
                // The line of a link names the old name, whose folder does not change.
                if line.call == "rename" { failed.remove(Self.folder(of: line.path)) }
            case "unlink", "mkdir", "rmdir":
                guard line.outcome == 0 else { continue }
                failed.remove(line.path)
                failed.remove(Self.folder(of: line.path))
            case "write", "ftruncate":
                if line.outcome == 0 { failed.remove(line.path) }
            default: break
            }
        }
        return nil
    }

    /// Whether the sync is the first step of moving the log into the database.
    ///
    /// SQLite has undone the transaction whose sync failed, and moves only what earlier syncs made durable; the next
    /// transaction overwrites the frames of the failed one.
    private func beginsCheckpoint(_ index: Int) -> Bool {
        let path = lines[index].path
        guard path.hasSuffix("-wal"), index + 1 < lines.count else { return false }
        let next = lines[index + 1]
        return next.call == "write" && next.path == path.dropLast("-wal".count)
    }

    private static func folder(of path: String) -> String {
        String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }
}
