import Bytes
import Domain
import Evidence
import GRDB
import SystemIO

/// The names and addresses of one import on their way to the tenant's redaction dictionary, in memory that does not
/// grow with their number: gathered, sorted on disk, and handed out in an order in which neighbours lie in the same
/// page of the dictionary.
///
/// A name is handed out once or a few times; the dictionary takes each once.
struct NameRuns: ~Copyable {
    private static let recentLimit = 8192

    private var runs = SortedRuns(runBytes: 2 << 20, windowBytes: 4 << 20)
    private var recent: Set<[UInt8]> = []

    /// What is kept, in memory and on disk.
    var bytes: Int64 { runs.bytes }

    mutating func insert(_ text: UnsafeRawBufferPointer, makeSpool: () throws -> OwnedDescriptor) throws {
        guard recent.insert(Array(text)).inserted else { return }
        if recent.count > Self.recentLimit { recent = [] }
        try runs.append(text, Self.key(of: text), makeSpool: makeSpool)
    }

    /// Hands out the names, nearly in the order of their bytes.
    consuming func drain(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        var last: [UInt8]?
        try runs.drain { _, text in
            if let last, text.elementsEqual(last) { return }
            last = Array(text)
            try body(text)
        }
    }

    /// A text's first 32 bytes, which order it as its bytes do, but for texts that differ only behind them.
    private static func key(of text: UnsafeRawBufferPointer) -> Digest256 {
        var head = [UInt8](repeating: 0, count: 32)
        head.withUnsafeMutableBytes { $0.copyBytes(from: text.prefix(32)) }
        return head.withUnsafeBytes { Digest256($0) } ?? .zero
    }
}

/// Names that are written together, in a transaction that is short whatever they are.
struct NameBatch: Sendable {
    private static let maximumNames = 4000
    private static let maximumBytes = 256 << 10

    private var names: [[UInt8]] = []
    private var bytes = 0

    var isFull: Bool { names.count >= Self.maximumNames || bytes >= Self.maximumBytes }

    mutating func append(_ name: UnsafeRawBufferPointer) {
        names.append(Array(name))
        bytes += name.count
    }

    func insert(into tenant: Int64, _ database: Database) throws {
        var texts = try IdentityTexts(database, tenant: tenant)
        for name in names { try name.withUnsafeBytes { try texts.insert($0) } }
    }
}

extension Store {
    /// Writes an import's names ahead of what they came with, each batch in its requester's turn; returns the last
    /// batch, which goes with the transaction that accepts the import. Blocks the calling thread, which is the
    /// import's.
    ///
    /// Names that are known although their import is refused in the end do no harm: redaction knows more than it needs.
    func writeAhead(
        _ names: consuming NameRuns, of tenant: TenantID, for requester: Requester, shouldStop: () throws -> Void
    ) throws -> NameBatch {
        var batch = NameBatch()
        try names.drain { name in
            batch.append(name)
            guard batch.isFull else { return }
            try shouldStop()
            let full = batch
            batch = NameBatch()
            try writes.writeBlocking(for: requester) { transaction in
                let key = try TenantKey.require(tenant, transaction.database)
                try full.insert(into: key.number, transaction.database)
            }
        }
        return batch
    }
}

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
