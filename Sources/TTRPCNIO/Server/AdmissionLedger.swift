import Synchronization

// Who holds how much of the server, by uid.
//
// Invariants; `add`, through which every change goes, asserts them for the uid that it is about:
// 1. What was admitted is released exactly once by its holder; a uid with nothing left has no entry.
// 2. No uid's share is more than its limit, so that the others' is never less than the rest.
// 3. A refusal takes nothing.

/// The shares of all users: admissions in, decisions out; no locks, no clocks.
struct AdmissionLedger: ~Copyable, Sendable {
    struct Limits: Sendable, Hashable {
        var connections: Int
        var connectionsPerUser: Int
        var streamsPerUser: Int
        var bytesPerUser: Int
        /// Connections kept for a moment only to say that they are too many.
        var refusalsPerUser: Int
        var refusals: Int
    }

    struct Usage: Sendable, Hashable {
        var connections = 0
        var refusals = 0
        var streams = 0
        var bytes = 0
    }

    enum ConnectionVerdict: Sendable, Hashable {
        /// Serve it.
        case admitted
        /// Hear its first request and refuse that: there is no room.
        case toRefuse
        /// Close it: there is no room even for a refusal.
        case toClose
    }

    let limits: Limits
    private(set) var total = Usage()
    private(set) var refusedConnections = 0
    private(set) var refusedStreams = 0
    private var users: [UInt32: Usage] = [:]

    init(limits: Limits) { self.limits = limits }

    func usage(of uid: UInt32) -> Usage { users[uid] ?? Usage() }

    mutating func admitConnection(of uid: UInt32) -> ConnectionVerdict {
        let usage = usage(of: uid)
        if usage.connections < limits.connectionsPerUser, total.connections < limits.connections {
            add(Usage(connections: 1), to: uid)
            return .admitted
        }
        refusedConnections += 1
        guard usage.refusals < limits.refusalsPerUser, total.refusals < limits.refusals else { return .toClose }
        add(Usage(refusals: 1), to: uid)
        return .toRefuse
    }

    mutating func releaseConnection(of uid: UInt32, _ verdict: ConnectionVerdict) {
        switch verdict {
        case .admitted: add(Usage(connections: -1), to: uid)
        case .toRefuse: add(Usage(refusals: -1), to: uid)
        case .toClose: break
        }
    }

    mutating func admitStream(of uid: UInt32) -> Bool {
        guard usage(of: uid).streams < limits.streamsPerUser else {
            refusedStreams += 1
            return false
        }
        add(Usage(streams: 1), to: uid)
        return true
    }

    mutating func releaseStream(of uid: UInt32) { add(Usage(streams: -1), to: uid) }

    /// Takes `bytes` of the uid's share of memory, all or nothing; `bytes` is at most a frame.
    mutating func reserve(bytes: Int, of uid: UInt32) -> Bool {
        guard usage(of: uid).bytes + bytes <= limits.bytesPerUser else {
            refusedStreams += 1
            return false
        }
        add(Usage(bytes: bytes), to: uid)
        return true
    }

    mutating func release(bytes: Int, of uid: UInt32) { add(Usage(bytes: -bytes), to: uid) }

    private mutating func add(_ change: Usage, to uid: UInt32) {
        var usage = usage(of: uid)
        usage.add(change)
        users[uid] = usage == Usage() ? nil : usage
        total.add(change)
        checkInvariants(usage)
    }

    private func checkInvariants(_ usage: Usage) {
        assert(usage.isWithin(total) && Usage().isWithin(usage), "1: nothing is released that was not admitted")
        assert(
            usage.connections <= limits.connectionsPerUser && total.connections <= limits.connections, "2: connections")
        assert(usage.refusals <= limits.refusalsPerUser && total.refusals <= limits.refusals, "2: refusals")
        assert(usage.streams <= limits.streamsPerUser && usage.bytes <= limits.bytesPerUser, "2: streams and bytes")
    }
}

extension AdmissionLedger.Usage {
    fileprivate func isWithin(_ other: Self) -> Bool {
        connections <= other.connections && refusals <= other.refusals && streams <= other.streams
            && bytes <= other.bytes
    }

    fileprivate mutating func add(_ other: Self) {
        connections += other.connections
        refusals += other.refusals
        streams += other.streams
        bytes += other.bytes
    }
}

/// The ledger of a running server, shared by its event loops and its handlers' tasks.
final class Admission: Sendable {
    private let ledger: Mutex<AdmissionLedger>
    let limits: AdmissionLedger.Limits

    init(limits: AdmissionLedger.Limits) {
        self.limits = limits
        ledger = Mutex(AdmissionLedger(limits: limits))
    }

    func callAsFunction<Result: Sendable>(_ body: (inout AdmissionLedger) -> Result) -> Result {
        ledger.withLock { body(&$0) }
    }
}
