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
    ///
    /// `case .name`, `case name:` and `case let name` are patterns and declare nothing that others could use.
    private func names(after isWanted: (Word) -> Bool) -> [String] {
        words.indices.dropLast().compactMap { index in
            let (keyword, name) = (words[index], words[index + 1])
            guard isWanted(keyword), !keyword.followsDot, !name.followsDot, name.text.first?.isNumber == false,
                !Self.otherKeywords.contains(name.text), keyword.text != "case" || name.next != UInt8(ascii: ":")
            else { return nil }
            return name.text
        }
    }

    private static let otherKeywords: Set = ["let", "var", "is", "guard", "self", "nil", "true", "false"]

    /// The names of the types that it declares outside of other types.
    var declaredTypes: [String] { names { Self.typeKeywords.contains($0.text) && $0.depth == 0 } }

    /// The names of everything that it declares: types, functions, properties, cases, variables.
    var declaredNames: [String] {
        names { Self.typeKeywords.contains($0.text) || Self.memberKeywords.contains($0.text) }
    }

    /// The names of functions and cases, and of properties outside of functions, as far as the depth of braces tells.
    var declaredMembers: [String] {
        names { ["func", "case"].contains($0.text) || (["var", "let"].contains($0.text) && $0.depth <= 1) }
    }

    /// The modules that it imports.
    var imports: Set<String> {
        let lines = text.split(separator: "\n").filter { $0.contains("import ") }
        return Set(
            lines.compactMap { $0.firstMatch(of: /^(?:@?\w+ )?import (?:(?:struct|enum|class|func|let) )?(\w+)/) }
                .map { String($0.1) })
    }
}
