import Foundation

/// A Swift file of the repository, split into words.
struct SwiftSource {
    /// From the repository's root, `Sources/Storage/Packs/PackRow.swift`.
    let path: String
    let text: String
    let words: [Word]

    var module: String { String(path.split(separator: "/")[1]) }

    /// The folder inside of its module, `Packs`; empty at the module's root.
    var folder: String { path.split(separator: "/").dropFirst(2).dropLast().joined(separator: "/") }

    var isGenerated: Bool { path.contains("/Generated/") }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let product = files(under: "Sources")
    static let tests = files(under: "Tests") + files(under: "Benchmarks")

    private static func files(under folder: String) -> [Self] {
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)) ?? []
        return paths.filter { $0.hasSuffix(".swift") }.sorted().map { path in
            let text = (try? String(contentsOf: root.appending(path: "\(folder)/\(path)"), encoding: .utf8)) ?? ""
            return Self(path: "\(folder)/\(path)", text: text, words: SwiftScanner.words(of: text))
        }
    }
}

extension SwiftSource {
    private static let typeKeywords: Set = ["struct", "class", "enum", "actor", "protocol", "typealias"]
    private static let memberKeywords: Set = ["func", "var", "let", "case"]

    /// The names that follow a keyword for which `isWanted` holds.
    private func names(after isWanted: (Word) -> Bool) -> [String] {
        words.indices.dropLast().compactMap { index in
            let name = words[index + 1]
            // `case name:` is a pattern, and a number after `case` another.
            guard !words[index].followsDot, isWanted(words[index]), name.next != UInt8(ascii: ":") || !isCase(index),
                name.text.first?.isNumber == false
            else { return nil }
            return name.text
        }
    }

    private func isCase(_ index: Int) -> Bool { words[index].text == "case" }

    /// The names of the types that it declares outside of other types.
    var declaredTypes: [String] { names { Self.typeKeywords.contains($0.text) && $0.depth == 0 } }

    /// The names of everything that it declares: types, functions, properties, cases, variables.
    var declaredNames: [String] {
        names { Self.typeKeywords.contains($0.text) || Self.memberKeywords.contains($0.text) }
    }

    /// The names of functions, and of properties outside of functions, as far as the depth of braces tells.
    var declaredMembers: [String] {
        names { $0.text == "func" || (($0.text == "var" || $0.text == "let") && $0.depth <= 1) }
    }

    /// The modules that it imports.
    var imports: Set<String> {
        let lines = text.split(separator: "\n").filter { $0.contains("import ") }
        return Set(
            lines.compactMap { $0.firstMatch(of: /^(?:@?\w+ )?import (?:(?:struct|enum|class|func|let) )?(\w+)/) }
                .map { String($0.1) })
    }
}
