import TestTags
import Testing

@Suite("The folders of a module", .tags(.documents))
struct FolderTests {
    /// Which folder of a module uses which, with a name that shows it.
    ///
    /// A folder uses another when it names a type that the other alone declares, or calls a member that no other place
    /// in `Sources` declares. Members of up to four letters are passed over: they are words of the language's library,
    /// too.
    static func uses(in files: [SwiftSource]) -> [Use] {
        var types: [String: Set<String>] = [:]
        var members: [String: Set<String>] = [:]
        for file in files {
            for name in file.declaredTypes { types["\(file.module).\(name)", default: []].insert(file.folder) }
            for name in Set(file.declaredMembers) {
                members[name, default: []].insert("\(file.module)/\(file.folder)")
            }
        }
        var found: Set<Use> = []
        for file in files {
            for word in Set(file.words) {
                var homes = types["\(file.module).\(word.text)"] ?? []
                if homes.isEmpty, word.text.utf8.count > 4, word.followsDot || word.next == UInt8(ascii: "("),
                    let places = members[word.text], places.count == 1, let place = places.first,
                    place.hasPrefix("\(file.module)/")
                {
                    homes = [String(place.dropFirst(file.module.utf8.count + 1))]
                }
                guard homes.count == 1, let home = homes.first, home != file.folder else { continue }
                found.insert(Use(module: file.module, folder: file.folder, of: home, name: word.text, path: file.path))
            }
        }
        return Array(found)
    }

    struct Use: Hashable {
        let module: String
        let folder: String
        let of: String
        let name: String
        let path: String
    }

    /// Members of libraries that have a namesake of ours.
    private static let namesakes: Set = ["execute"]

    @Test("are the ones that ARCHITECTURE.md lists")
    func table() throws {
        for module in try Architecture.read().modules {
            let folders = Set(SwiftSource.product.filter { $0.module == module.name }.map(\.folder)).subtracting([""])
            #expect(Set(module.folders).subtracting(["."]) == folders, "\(module.name)")
        }
    }

    @Test("use only those that ARCHITECTURE.md lists before them")
    func order() throws {
        let modules = try Architecture.read().modules
        for use in Self.uses(in: SwiftSource.product) where !Self.namesakes.contains(use.name) {
            guard let module = modules.first(where: { $0.name == use.module }) else { continue }
            // Files at the root of a module stand above its folders, unless the table has a dot for them.
            func place(_ folder: String) -> Int {
                module.folders.firstIndex(of: folder.isEmpty ? "." : folder) ?? module.folders.count
            }
            #expect(place(use.of) < place(use.folder), "\(use.path) uses \(use.name) of \(use.of)")
        }
    }

    @Test("are known by what they name, not by what stands in comments and strings")
    func scanner() {
        func source(_ path: String, _ text: String) -> SwiftSource {
            SwiftSource(path: path, text: text, words: SwiftScanner.words(of: text))
        }
        let low = source("Sources/M/Low/A.swift", "struct Low {}\nextension Low { func measured() {} }")
        let high = source(
            "Sources/M/High/B.swift",
            #"""
            // Low
            /* Low */
            let text = "Low \(value.measured()) \"Low\""
            let raw = #"Low \(Low)"#
            """#)
        let uses = Self.uses(in: [low, high])
        #expect(uses.map(\.name) == ["measured"])
        #expect(uses.map(\.folder) == ["High"])
        #expect(uses.map(\.of) == ["Low"])
        let typed = source("Sources/M/High/C.swift", "func f(_ low: Low) {}")
        #expect(Self.uses(in: [low, typed]).map(\.name) == ["Low"])
    }
}
