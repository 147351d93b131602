import Domain

/// Tells whether the records of one input are of one run: by their tenant and their times.
///
/// A scan's id does not tell: Prowler makes one for each account that it looks at, so one scan of a tenant and its
/// subscriptions has many. Records with another id than those before belong to the run when they name the same tenant
/// and lie close in time; two scans that were glued together do not, and their passes and fails would contradict each
/// other.
struct RunIdentity {
    /// How far the records of one run with several ids may lie apart.
    static let spreadMinutes = 10

    /// The first id that was seen; it names the run.
    private(set) var id: String?
    private var lastID: [UInt8] = []
    private var tenant: [UInt8] = []
    private var earliest = UnixMillis(0)
    private var latest = UnixMillis(0)
    private var isEmpty = true

    /// Takes a record; false when it is of another run than those before it.
    mutating func admits(_ record: borrowing FindingRecord) -> Bool {
        let named = record.text(.runID)
        let time = record.lastSeenAt
        if !named.isEmpty, !named.elementsEqual(lastID) {
            if !lastID.isEmpty, !isNear(time) || !isSameTenant(record.text(.tenantID)) { return false }
            lastID = Array(named)
            id = id ?? String(decoding: named, as: UTF8.self)
        }
        if tenant.isEmpty, !record.isEmpty(.tenantID) { tenant = Array(record.text(.tenantID)) }
        earliest = isEmpty ? time : min(earliest, time)
        latest = isEmpty ? time : max(latest, time)
        isEmpty = false
        return true
    }

    private func isNear(_ time: UnixMillis) -> Bool {
        time >= earliest.advanced(byMinutes: -RunIdentity.spreadMinutes)
            && time <= latest.advanced(byMinutes: RunIdentity.spreadMinutes)
    }

    private func isSameTenant(_ named: UnsafeRawBufferPointer) -> Bool {
        named.isEmpty || tenant.isEmpty
            || named.lazy.map(ASCII.lowercased).elementsEqual(tenant.lazy.map(ASCII.lowercased))
    }
}
