/// The second and further resources of one record, gathered while it is read and joined to its first when it is
/// complete: names by lines, as those of merged records, and ids likewise.
///
/// What does not fit into the finding's cells is kept for redaction alone: a name that is not shown still is a
/// person's. The buffers are used again for the next record, and each name is copied once, so a record of ten thousand
/// resources costs what its bytes do.
struct FurtherResources: ~Copyable {
    /// Among so many resources of a record each name is taken once; beyond, looking for it would cost too much.
    private static let compared = 64

    private var names = ByteBuffer(capacity: 1024)
    private var ids = ByteBuffer(capacity: 1024)
    private var unshown = ByteBuffer(capacity: 256)
    private(set) var count = 0
    private(set) var leftOut = 0

    mutating func removeAll() {
        guard count > 0 else { return }
        names.removeAll()
        ids.removeAll()
        unshown.removeAll()
        count = 0
        leftOut = 0
    }

    /// Adds the resource that the record's scratch fields hold.
    mutating func add(of record: borrowing FindingRecord) {
        let name = record.text(.furtherName)
        let id = record.text(.furtherID)
        guard !name.isEmpty || !id.isEmpty else { return }
        count += 1
        let fitsName = add(name, to: .names, beside: record.text(.resourceName))
        let fitsID = add(id, to: .ids, beside: record.text(.resourceID))
        if !fitsName || !fitsID { leftOut += 1 }
    }

    private enum List { case names, ids }

    /// Adds a line unless it is there; false when it does not fit any more.
    private mutating func add(
        _ line: UnsafeRawBufferPointer, to list: List, beside first: UnsafeRawBufferPointer
    ) -> Bool {
        guard !line.isEmpty else { return true }
        let known = list == .names ? names.bytes : ids.bytes
        if count <= Self.compared, LineSet.holds(first, line) || LineSet.holds(known, line) { return true }
        guard first.count + known.count + line.count + 2 <= DuplicateMerger.joinedLimit else {
            unshown.append(line: line)
            return false
        }
        if list == .names { names.append(line: line) } else { ids.append(line: line) }
        return true
    }

    /// Joins everything to the record.
    func join(_ record: inout FindingRecord) {
        guard count > 0 else { return }
        if names.count > 0 { record.append(.resourceName, names.bytes) }
        if ids.count > 0 { record.set(.furtherIDs, ids.bytes) }
        if unshown.count > 0 { record.set(.unshownNames, unshown.bytes) }
    }
}

extension ByteBuffer {
    /// Adds a line behind those that are there.
    fileprivate mutating func append(line: UnsafeRawBufferPointer) {
        if count > 0 { append(byte: UInt8(ascii: "\n")) }
        append(line)
    }
}
