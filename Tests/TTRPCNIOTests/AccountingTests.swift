import Glibc
import TTRPC
import TestTags
import Testing

@testable import TTRPCNIO

private let limits = AdmissionLedger.Limits(
    connections: 4, connectionsPerUser: 2, streamsPerUser: 2, bytesPerUser: 100, refusalsPerUser: 1, refusals: 2)

@Suite(.tags(.wire, .limits)) struct AccountingTests {
    @Test("one uid cannot take another's share of connections")
    func connections() {
        var ledger = AdmissionLedger(limits: limits)
        let first = [1, 1, 1, 1, 2, 2, 3, 4].map { ledger.admitConnection(of: $0) }
        #expect(
            first == [.admitted, .admitted, .toRefuse, .toClose, .admitted, .admitted, .toRefuse, .toClose])
        #expect(ledger.refusedConnections == 4)
        ledger.releaseConnection(of: 1, .admitted)
        ledger.releaseConnection(of: 1, .toRefuse)
        ledger.releaseConnection(of: 1, .toClose)
        #expect(ledger.usage(of: 1) == AdmissionLedger.Usage(connections: 1))
        let afterRelease = ledger.admitConnection(of: 4)
        #expect(afterRelease == .admitted)
    }

    @Test("streams and bytes are counted by uid, and a refusal takes nothing")
    func streamsAndBytes() {
        var ledger = AdmissionLedger(limits: limits)
        let streams = [1, 1, 1, 2].map { ledger.admitStream(of: $0) }
        #expect(streams == [true, true, false, true])
        let bytes = [(100, 1), (1, 1), (100, 2), (101, 3)].map { ledger.reserve(bytes: $0, of: $1) }
        #expect(bytes == [true, false, true, false])
        #expect(ledger.total == AdmissionLedger.Usage(streams: 3, bytes: 200))
        ledger.release(bytes: 100, of: 1)
        ledger.releaseStream(of: 1)
        #expect(ledger.usage(of: 1) == AdmissionLedger.Usage(streams: 1))
        #expect(ledger.refusedStreams == 3)
    }

    static let shareRows: [(total: Int, perUser: Int, descriptors: Int, connections: Int, share: Int)] = [
        (1024, 128, 100_000, 1024, 128), (1024, 1024, 100_000, 1024, 512), (1024, 128, 256, 128, 64),
        (1, 1, 100_000, 1, 1), (0, -5, 0, 1, 1),
    ]

    @Test("the shares that hold fit the process's descriptors, and leave half for others", arguments: shareRows)
    func shares(total: Int, perUser: Int, descriptors: Int, connections: Int, share: Int) {
        var configuration = ServerConfiguration()
        configuration.maxConnections = total
        configuration.maxConnectionsPerUID = perUser
        let limits = configuration.ledgerLimits(descriptorLimit: descriptors)
        #expect(limits.connections == connections)
        #expect(limits.connectionsPerUser == share)
    }

    @Test("groups are asked for again until they fit", arguments: [0, 64, 65, 400, 65_536])
    func groups(count: Int) throws {
        let groups = (0..<UInt32(count)).map { $0 + 7 }
        var asked = 0
        let read = try PeerCredentials.readGroups { buffer, room in
            asked += 1
            defer { room.pointee = count }
            guard room.pointee >= count else { return ERANGE }
            for (index, group) in groups.enumerated() { buffer[index] = group }
            return 0
        }
        #expect(read == groups)
        #expect(asked == (count <= 64 ? 1 : 2))
    }

    @Test("groups that cannot be read, or never fit, are no groups")
    func unreadableGroups() {
        #expect(throws: PeerCredentialsError.unreadable(option: "SO_PEERGROUPS", errno: EPERM)) {
            try PeerCredentials.readGroups { _, _ in EPERM }
        }
        #expect(throws: PeerCredentialsError.tooManyGroups) {
            try PeerCredentials.readGroups { _, room in
                room.pointee *= 2
                return ERANGE
            }
        }
    }

    @Test("what is no connected Unix socket has no identity")
    func noIdentity() {
        let descriptors = [open("/dev/null", O_RDONLY), socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0), -1]
        for descriptor in descriptors {
            #expect(throws: PeerCredentialsError.self) { try PeerCredentials.read(from: descriptor) }
            close(descriptor)
        }
        #expect(PeerCredentials.refusedUsers == [65_534, 0xFFFF_FFFF])
    }

    @Test("the outbound gate lets one message in, then waits for room, in order")
    func outboundGate() async {
        let gate = OutboundGate(highWater: 100)
        #expect(await gate.enter(1000, for: 1))
        let order = Signal()
        async let second = gate.enter(60, for: 2)
        async let third = gate.enter(60, for: 3)
        gate.leave(1000)
        // One of the two enters; the other does once that one has left.
        while gate.outstanding == 0 || gate.waiting == 0 { await Task.yield() }
        gate.leave(60)
        #expect(await second)
        #expect(await third)
        order.fire()
        #expect(gate.outstanding == 60)
        gate.close()
        #expect(await !gate.enter(1, for: 4))
    }

    @Test("a sender whose call ends, whose task is cancelled or whose connection closes does not wait on")
    func outboundGateEnds() async {
        let gate = OutboundGate(highWater: 100)
        gate.force(100)
        let evicted = Task { await gate.enter(10, for: 1) }
        let cancelled = Task { await gate.enter(10, for: 2) }
        let closed = Task { await gate.enter(10, for: 3) }
        while gate.waiting < 3 { await Task.yield() }
        gate.evict(1)
        cancelled.cancel()
        #expect(await !evicted.value)
        #expect(await !cancelled.value)
        gate.close()
        #expect(await !closed.value)
        #expect(gate.outstanding == 100)
    }
}
