package import Storage
package import TTRPCNIO

// The settings in the units and names of the parts that they configure.

extension Settings {
    package var storeConfiguration: StoreConfiguration {
        StoreConfiguration(
            readers: readers, groupCommitLimit: groupCommitLimit, writeQueueLimit: writeQueueLimit,
            alertRulesPerScope: alertRulesPerScope, roleBindingsPerScope: roleBindingsPerScope,
            tenantsPerWorkspace: tenantsPerWorkspace, findingsPerTenant: Int64(findingsPerTenant),
            reportBytesPerTenant: Int64(reportHistoryMiBPerTenant) << 20,
            maximumStagedBytesPerUser: Int64(maxStagedMiBPerUser) << 20, reserveBytes: Int64(reserveMiB) << 20,
            maximumImportBytes: Int64(maxImportMiB) << 20, maximumImportRecords: maxImportRecords,
            maximumReportBytes: Int64(maxReportMiB) << 20, idempotencyHours: requestIDHours)
    }

    package var serverConfiguration: ServerConfiguration {
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
