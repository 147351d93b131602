import Evidence
import GRDB

/// Adds names and addresses to the tenant's redaction dictionary, each once.
struct IdentityTexts: ~Copyable {
    private static let recentLimit = 65_536

    private let tenant: Int64
    private let add: SQLStatement
    private var recent: Set<[UInt8]> = []

    init(_ database: Database, tenant: Int64) throws {
        self.tenant = tenant
        add = try SQLStatement(database, "INSERT OR IGNORE INTO identity_text (tenant, text) VALUES (?, ?)")
    }

    mutating func insert(_ text: UnsafeRawBufferPointer) throws {
        guard recent.insert(Array(text)).inserted else { return }
        if recent.count > Self.recentLimit { recent = [] }
        add.bind(1, tenant)
        add.bind(text: 2, text)
        try add.run()
    }
}
