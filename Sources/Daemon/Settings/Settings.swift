package import Logging

/// The daemon's settings with their defaults; what each means, and its legal range, is in `SettingsTable`.
///
/// A name carries its unit where the type does not. Every value that came through the table is legal.
package struct Settings: Sendable, Equatable {
    // Where things are; read at start alone.
    /// Empty: `Settings.defaultStateDirectory`.
    package var stateDir = ""
    /// Empty: see `SocketChoice`.
    package var socket = ""
    package var socketMode: UInt32 = 0o660
    package var socketGroup: SystemGroup?

    // Who may do everything.
    package var adminGroup: SystemGroup?

    // Packs.
    package var retentionDays = 90
    package var hardDeleteGraceDays = 30
    package var pruneHardDelete = false
    package var downloadTokenTTLMinutes = 60
    package var includePIIDefault = true
    package var includeOperationsDefault = true
    package var operationsWindowDays = 30
    package var generationTimeoutMinutes = 30
    package var expiringNoticeDays = 7
    package var scanStaleAfterHours = 48
    package var historyDays = 400

    // Shares of work.
    package var concurrentGenerations = 1
    package var generationsPerUser = 16
    package var compressionThreads = 2
    package var importsPerUser = 4
    package var maxStagedMiBPerUser = 16_384
    package var alertRulesPerScope = 25
    package var roleBindingsPerScope = 1000
    package var tenantsPerWorkspace = 1000
    package var findingsPerTenant = 10_000_000
    package var reportHistoryMiBPerTenant = 4096
    package var maxImportMiB = 16_384
    package var maxImportRecords = 10_000_000
    package var maxReportMiB = 32
    package var requestIDHours = 24

    // Connections.
    package var maxConnections = 1024
    package var maxConnectionsPerUser = 128
    package var maxStreamsPerConnection = 128
    package var maxStreamsPerUser = 512
    package var maxMessageKiB = 4096
    package var maxBufferedMiBPerUser = 64
    package var connectionBufferKiB = 256
    package var connectionMaxAgeMinutes = 60
    package var stalledFrameSeconds = 30
    package var eventLoopThreads = 1

    // Storage.
    package var readers = 8
    package var groupCommitLimit = 128
    package var writeQueueLimit = 4096
    package var reserveMiB = 4

    // The process.
    package var drainSeconds = 20
    package var logLevel = Logger.Level.info

    package init() {}

    package static let defaultStateDirectory = "/var/lib/reviewpack"
    package static let defaultSocket = "/run/reviewpack/reviewpack.sock"
    package static let defaultFile = "/etc/reviewpack/reviewpackd.yaml"

    /// The state directory in force.
    package var stateDirectory: String { stateDir.isEmpty ? Self.defaultStateDirectory : stateDir }
}
