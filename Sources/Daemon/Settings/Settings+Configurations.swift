import Storage
import TTRPCNIO

// The settings in the units and names of the parts that they configure.

extension Settings {
    public var storeConfiguration: StoreConfiguration {
        var store = StoreConfiguration()
        store.readers = readers
        store.groupCommitLimit = groupCommitLimit
        store.writeQueueLimit = writeQueueLimit
        store.reserveBytes = Int64(reserveMiB) << 20
        store.alertRulesPerScope = alertRulesPerScope
        store.roleBindingsPerScope = roleBindingsPerScope
        store.tenantsPerWorkspace = tenantsPerWorkspace
        store.findingsPerTenant = Int64(findingsPerTenant)
        store.reportBytesPerTenant = Int64(reportHistoryMiBPerTenant) << 20
        store.maximumStagedBytesPerUser = Int64(maxStagedMiBPerUser) << 20
        store.maximumImportBytes = Int64(maxImportMiB) << 20
        store.maximumImportRecords = maxImportRecords
        store.maximumReportBytes = Int64(maxReportMiB) << 20
        store.idempotencyHours = requestIDHours
        return store
    }

    public var serverConfiguration: ServerConfiguration {
        var server = ServerConfiguration()
        server.maxConnections = maxConnections
        server.maxConnectionsPerUID = maxConnectionsPerUser
        server.maxStreamsPerConnection = maxStreamsPerConnection
        server.maxStreamsPerUID = maxStreamsPerUser
        server.maxMessageBytes = maxMessageKiB << 10
        server.maxBufferedBytesPerUID = maxBufferedMiBPerUser << 20
        server.inboundHighWater = connectionBufferKiB << 10
        server.outboundHighWater = connectionBufferKiB << 10
        server.connectionMaximumAge = .seconds(connectionMaxAgeMinutes * 60)
        server.stalledFrameTimeout = .seconds(stalledFrameSeconds)
        server.eventLoopThreads = eventLoopThreads
        return server
    }
}
