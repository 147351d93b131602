import Foundation

/// What a daemon changed on its disk, and what was acknowledged when.
struct Recording {
    /// What the ledgers were when the record had so many bytes.
    struct Snapshot: Sendable {
        var offset: Int
        var ledgers: [TenantLedger]
    }

    var changes: [RecordedChange]
    var snapshots: [Snapshot]
    var root: String

    func position(at offset: Int) -> Int {
        changes.firstIndex { $0.end > offset } ?? changes.count
    }

    func ledgers(at position: Int) -> [TenantLedger] {
        let offset = position == 0 ? 0 : changes[position - 1].end
        return snapshots.last { $0.offset <= offset }?.ledgers ?? []
    }

    /// Where the first acknowledgement after the first sync that failed stands: it must not hang on what that sync was
    /// for.
    var acknowledgedAfterFailedSync: Int? {
        let failed = changes.first { $0.kind == .failedSyncFile || $0.kind == .failedSyncDirectory }
        guard let failed else { return nil }
        let settled = snapshots.first { $0.offset >= failed.end && $0.ledgers.allSatisfy { $0.uncertain.isEmpty } }
        return settled.map { position(at: $0.offset) }
    }

    /// Makes in `target` what the disk holds of the root when the power goes after so many changes, and nothing that
    /// was not synced survives.
    func writeDisk(after position: Int, to target: String) throws {
        var disk = DiskModel()
        for change in changes[..<position] { disk.apply(change) }
        var generator = SeededGenerator(seed: 0)
        try disk.write(root, to: target, keeping: 0, choosing: &generator)
    }
}

/// Takes down every change of a ledger with the size that the record then has.
final class Book {
    private let record: String
    private(set) var ledgers: [TenantLedger]
    private(set) var snapshots: [Recording.Snapshot] = []

    init(_ record: String, _ ledgers: [TenantLedger]) {
        self.record = record
        self.ledgers = ledgers
    }

    func note(_ ledger: TenantLedger, _ index: Int) {
        ledgers[index] = ledger
        var status = stat()
        guard stat(record, &status) == 0 else { return }
        snapshots.append(Recording.Snapshot(offset: Int(status.st_size), ledgers: ledgers))
    }
}
