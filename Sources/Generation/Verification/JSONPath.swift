/// Where in one of the pack's documents a token stands, as far as the final scan tells places apart.
struct JSONPath {
    private var containers: [Bool] = []
    /// One key for each open object; only the first two levels are kept, as the documents' own keys go no deeper.
    private var keys: [String] = []

    private static let keptKeys = 2

    /// The keys of the first two levels joined by a point, without arrays, as in `files.name`.
    private(set) var ownKeys = ""

    /// The outermost key.
    var firstKey: String { keys.first ?? "" }

    mutating func open(isObject: Bool) {
        containers.append(isObject)
        if isObject { keys.append("") }
    }

    mutating func close() {
        guard containers.popLast() == true else { return }
        keys.removeLast()
        if keys.count <= Self.keptKeys { ownKeys = keys.joined(separator: ".") }
    }

    mutating func setKey(_ key: UnsafeRawBufferPointer) {
        guard let last = keys.indices.last, last < Self.keptKeys else { return }
        keys[last] = String(decoding: key, as: UTF8.self)
        ownKeys = keys.joined(separator: ".")
    }

    /// Whether the innermost container lies under this key of the document.
    func isInside(_ key: String) -> Bool { containers.count > 1 && keys.first == key }
}
