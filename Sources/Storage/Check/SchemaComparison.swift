import GRDB

/// Compares the schema of a database with that of a fresh one, as a pure function.
struct SchemaComparison {
    /// Indexes and triggers that are missing or made by another statement, as they should be.
    private(set) var mendable: [SchemaObject] = []
    private(set) var problems: [CheckProblem] = []

    init(expected: [SchemaObject], found: [SchemaObject]) {
        let present = Dictionary(found.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let known = Set(expected.map(\.name))
        for object in expected where present[object.name] != object {
            let state = present[object.name] == nil ? "is missing" : "is not the one of this version"
            if object.isTable {
                problems.append(
                    CheckProblem(
                        .databaseDamaged, object.name, "the table \(object.name) \(state); restore a backup"))
            } else {
                mendable.append(object)
                problems.append(
                    CheckProblem(
                        .indexMissing, object.name, "the \(object.type) \(object.name) \(state); run check --repair"))
            }
        }
        // An unknown index only costs time, but a trigger or view can make rows say what nobody wrote.
        for object in found where !known.contains(object.name) {
            problems.append(
                CheckProblem(
                    .databaseDamaged, object.name,
                    "the \(object.type) \(object.name) was not made by the service; restore a backup"))
        }
    }
}

extension WriteTransaction {
    /// Makes an index or trigger anew in place of whatever has its name.
    func remake(_ object: SchemaObject) throws {
        guard !object.isTable else { return }
        // Type and name are those of our own schema, never of the database under suspicion.
        try database.execute(sql: "DROP \(object.type) IF EXISTS \(object.name)")
        try database.execute(sql: object.sql)
    }
}
