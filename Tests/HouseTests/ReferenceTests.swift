import Foundation
import TestTags
import Testing

@Suite("References", .tags(.documents))
struct ReferenceTests {
    /// The texts that people read: sources, documents, scripts, units and messages, with their paths.
    static func texts() throws -> [(path: String, text: String)] {
        let folders = ["Sources", "Tests", "Benchmarks", "Docs", "Protos", "scripts", "systemd", "Examples", ".ci"]
        let kinds = ["swift", "md", "proto", "py", "sh", "go", "service", "timer", "socket", "yaml", "c", "h", ""]
        var found = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "Package.swift"]
        for folder in folders {
            found += try FileManager.default.subpathsOfDirectory(atPath: SwiftSource.root.appending(path: folder).path)
                .map { "\(folder)/\($0)" }
        }
        return found.sorted().compactMap { path in
            let url = SwiftSource.root.appending(path: path)
            guard kinds.contains(url.pathExtension), !path.contains("HouseTests/"), !path.contains("Fuzz/"),
                !url.hasDirectoryPath, let text = try? String(contentsOf: url, encoding: .utf8)
            else { return nil }
            return (path, text)
        }
    }

    @Test("to documents lead to documents that are here")
    func documents() throws {
        for (path, text) in try Self.texts() {
            for match in text.matches(of: /(?:[\w.\/-]+\/)?[A-Z][A-Z-]+\.md\b/) {
                let name = String(match.0.split(separator: "/").last ?? "")
                let places = ["", "Docs/"].map { SwiftSource.root.appending(path: $0 + name).path }
                #expect(places.contains { FileManager.default.fileExists(atPath: $0) }, "\(path): \(match.0)")
            }
        }
    }

    @Test("of documents to files lead to files that are here")
    func files() throws {
        for (path, text) in try Self.texts() where path.hasSuffix(".md") {
            for match in text.matches(
                of: /\b(?:Sources|Tests|Docs|Examples|Protos|scripts|Benchmarks)\/[\w.\/+-]*[\w+]/)
            {
                let url = SwiftSource.root.appending(path: String(match.0))
                #expect(FileManager.default.fileExists(atPath: url.path), "\(path): \(match.0)")
            }
        }
    }

    @Test("of Swift comments to files name files that are here")
    func swiftFiles() {
        let sources = SwiftSource.product + SwiftSource.tests
        let names = Set(sources.map { String($0.path.split(separator: "/").last ?? "") }).union(["Package.swift"])
        for source in sources {
            for line in source.text.split(separator: "\n") where line.contains("//") {
                for match in line.matches(of: /\b\w[\w+]*\.swift\b/) {
                    #expect(names.contains(String(match.0)), "\(source.path): \(match.0)")
                }
            }
        }
    }

    @Test("to sections lead to headings that are here")
    func sections() throws {
        for (path, text) in try Self.texts() {
            for match in text.matches(of: /([A-Z][A-Z-]+\.md)#([a-z0-9-]+)/) {
                let places = ["", "Docs/"].map { SwiftSource.root.appending(path: $0 + String(match.1)) }
                let document = places.lazy.compactMap { try? String(contentsOf: $0, encoding: .utf8) }.first ?? ""
                #expect(Self.anchors(of: document).contains(String(match.2)), "\(path): \(match.0)")
            }
        }
    }

    /// The anchors that GitHub makes of a document's headings.
    private static func anchors(of document: String) -> Set<String> {
        Set(
            document.matches(of: /(?m)^#+ (.+)$/).map { heading in
                heading.1.lowercased().filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
                    .replacing(" ", with: "-")
            })
    }

    @Test("do not name the first design, which is no document of this repository")
    func firstDesign() throws {
        for (path, text) in try Self.texts() where !path.hasSuffix("CHANGELOG.md") {
            for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            where line.contains(/\bDESIGN\b|\b[Tt]he contract\b|\bcontract section|\bcontract's\b/) {
                Issue.record("\(path):\(number + 1): \(line)")
            }
        }
    }
}
