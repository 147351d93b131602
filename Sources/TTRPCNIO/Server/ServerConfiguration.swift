import TTRPC

/// The bounds of a server; every one has a default that suits a machine-local daemon.
///
/// A uid's share counts over all of its connections. Its share of connections is lowered at start to half of the total,
/// so that no single uid can shut the others out. Values below 1 count as 1.
package struct ServerConfiguration: Sendable {
    /// Connections of all uids; lowered at start to what RLIMIT_NOFILE allows.
    package var maxConnections = 1024
    /// Connections of one uid.
    package var maxConnectionsPerUID = 128
    /// Calls at a time on one connection.
    package var maxStreamsPerConnection = 128
    /// Calls at a time of one uid; a call counts until its handler has returned.
    package var maxStreamsPerUID = 512
    /// Largest frame payload, in bytes; the protocol's own bound is 4 MiB.
    package var maxMessageBytes = 4 << 20
    /// Bytes of messages that one uid's calls may hold in both directions.
    package var maxBufferedBytesPerUID = 64 << 20
    /// Bytes of unread messages at which a connection's reads stop; they go on at half of it.
    package var inboundHighWater = 256 << 10
    /// Bytes not yet taken by the kernel at which senders on a connection wait.
    package var outboundHighWater = 256 << 10
    /// Age at which a connection takes no new calls and closes after its last one.
    package var connectionMaximumAge: Duration = .seconds(3600)
    /// How long a begun frame may make no progress before its connection is closed.
    package var stalledFrameTimeout: Duration = .seconds(30)
    /// How long a connection over its uid's share may take to send the request that is then refused.
    package var refusalTimeout: Duration = .seconds(2)
    /// How long a drain waits for handlers that were cancelled at its deadline.
    package var cancellationGrace: Duration = .seconds(2)
    /// Event loop threads.
    package var eventLoopThreads = 1

    package init() {}
}

extension ServerConfiguration {
    /// Bytes that a frame of this server may carry, in either direction.
    var frameLimit: Int { min(max(1, maxMessageBytes), FrameHeader.maximumPayload) }

    /// Descriptors that the rest of the process keeps for itself: database, packs, journal, event loops.
    static let reservedDescriptors = 128

    /// The shares that really hold, for a process that may have so many descriptors open.
    func ledgerLimits(descriptorLimit: Int) -> AdmissionLedger.Limits {
        let connections = max(1, min(maxConnections, descriptorLimit - Self.reservedDescriptors))
        return AdmissionLedger.Limits(
            connections: connections, connectionsPerUser: max(1, min(maxConnectionsPerUID, connections / 2)),
            streamsPerUser: max(1, maxStreamsPerUID), bytesPerUser: max(1, maxBufferedBytesPerUID),
            refusalsPerUser: 4, refusals: 32)
    }
}
