import Foundation
import TestTags
import Testing

@Suite("The modules", .tags(.documents))
struct ModuleTests {
    private let architecture: Architecture

    init() throws { architecture = try Architecture.read() }

    /// The modules of ours that each module imports, from its sources.
    private static let imported: [String: Set<String>] = {
        var found: [String: Set<String>] = [:]
        for file in SwiftSource.product { found[file.module, default: []].formUnion(file.imports) }
        let ours = Set(found.keys)
        return found.mapValues { $0.intersection(ours) }
    }()

    @Test("are the ones that ARCHITECTURE.md lists, and import what it says")
    func table() {
        #expect(Set(architecture.modules.map(\.name)) == Set(Self.imported.keys))
        for module in architecture.modules {
            #expect(module.imports == Self.imported[module.name], "\(module.name)")
        }
    }

    @Test("import only modules that stand lower in the picture")
    func picture() {
        let places = Dictionary(
            architecture.layers.enumerated().flatMap { layer in layer.element.map { ($0, layer.offset) } },
            uniquingKeysWith: { first, _ in first })
        #expect(architecture.layers.map(\.count).reduce(0, +) == architecture.modules.count, "each stands there once")
        for (module, imports) in Self.imported {
            for other in imports {
                #expect((places[module] ?? .max) < (places[other] ?? -1), "\(module) imports \(other)")
            }
        }
    }

    @Test("declare in Package.swift what they import, and nothing else of ours")
    func manifest() throws {
        let text = try String(contentsOf: SwiftSource.root.appending(path: "Package.swift"), encoding: .utf8)
        let names = Set(Self.imported.keys)
        var seen: Set<String> = []
        for target in text.split(separator: ".target(").flatMap({ $0.split(separator: ".executableTarget(") }) {
            guard let name = target.firstMatch(of: /^\s*name: "(\w+)"/).map({ String($0.1) }), names.contains(name)
            else { continue }
            let list = target.firstMatch(of: /(?s)dependencies: \[(.*?)\](?:,|\))/).map { String($0.1) } ?? ""
            let declared = Set(list.matches(of: /"(\w+)"/).map { String($0.1) }).intersection(names)
            #expect(declared == Self.imported[name], "\(name)")
            seen.insert(name)
        }
        #expect(seen == names)
    }

    /// Those that take values and hand out values.
    static let pureModules: Set = ["Bytes", "Domain", "TTRPC", "JSONTokens", "Evidence"]

    @Test("which are pure import nothing of the system", arguments: ModuleTests.pureModules.sorted())
    func pure(module: String) {
        let system: Set = [
            "Glibc", "Musl", "Foundation", "FoundationEssentials", "Dispatch", "SystemIO", "CLinuxShims",
        ]
        for file in SwiftSource.product where file.module == module {
            #expect(file.imports.isDisjoint(with: system), "\(file.path)")
        }
    }

    @Test("which carry the protocol know no message of the product", arguments: ["TTRPC", "TTRPCNIO"])
    func protocolModules(module: String) {
        #expect(Self.imported[module]?.contains("ReviewPackAPI") == false)
    }
}
