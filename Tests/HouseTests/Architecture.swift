import Foundation

/// What `Docs/ARCHITECTURE.md` says of the layout: the picture of the layers and the table of the modules.
struct Architecture {
    struct Module {
        let name: String
        /// The modules of ours that it imports.
        let imports: Set<String>
        /// Its folders, the lowest first: each uses those before it alone.
        let folders: [String]
    }

    let modules: [Module]
    /// The modules of each line of the picture, from the top.
    let layers: [Set<String>]

    static func read() throws -> Self {
        let text = try String(contentsOf: SwiftSource.root.appending(path: "Docs/ARCHITECTURE.md"), encoding: .utf8)
        let rows = text.matches(of: /(?m)^\| `(\w+)` \|([^|]*)\|([^|]*)\|[^|]*\|$/)
        let modules = rows.map { row in
            Module(
                name: String(row.1), imports: Set(quoted(row.2)), folders: quoted(row.3))
        }
        let names = Set(modules.map(\.name))
        let picture = text.firstMatch(of: /(?s)```layers\n(.*?)```/).map { String($0.1) } ?? ""
        let layers = picture.split(separator: "\n").map { line in
            Set(line.matches(of: /\w+/).map { String($0.0) }).intersection(names)
        }
        return Self(modules: modules, layers: layers.filter { !$0.isEmpty })
    }

    private static func quoted(_ cell: Substring) -> [String] {
        cell.matches(of: /`([^`]+)`/).map { String($0.1) }
    }
}
