import Logging

/// The daemon's settings with their defaults; what each means, and its legal range, is in `SettingsTable`.
///
/// A name carries its unit where the type does not. Every value that came through the table is legal.
public struct Settings: Sendable, Equatable {
    // Where things are; read at start alone.
    /// Empty: `Settings.defaultStateDirectory`.
    public var stateDir = ""
    /// Empty: see `SocketChoice`.
    public var socket = ""
    public var socketMode: UInt32 = 0o660
    public var socketGroup: SystemGroup?

    // Who may do everything.
    public var adminGroup: SystemGroup?

    // Packs.
    public var retentionDays = 90
    public var hardDeleteGraceDays = 30
    public var pruneHardDelete = false
    public var downloadTokenTTLMinutes = 60
    public var includePIIDefault = true
    public var includeOperationsDefault = true
    public var operationsWindowDays = 30
    public var generationTimeoutMinutes = 30
    public var expiringNoticeDays = 7
    public var scanStaleAfterHours = 48
    public var historyDays = 400

    // Shares of work.
    public var concurrentGenerations = 1
    public var generationsPerUser = 16
    public var compressionThreads = 2
    public var importsPerUser = 4
    public var maxStagedMiBPerUser = 16_384
    public var alertRulesPerScope = 25
    public var roleBindingsPerScope = 1000
    public var tenantsPerWorkspace = 1000
    public var findingsPerTenant = 10_000_000
    public var reportHistoryMiBPerTenant = 4096
    public var maxImportMiB = 16_384
    public var maxImportRecords = 10_000_000
    public var maxReportMiB = 32
    public var requestIDHours = 24

    // Connections.
    public var maxConnections = 1024
    public var maxConnectionsPerUser = 128
    public var maxStreamsPerConnection = 128
    public var maxStreamsPerUser = 512
    public var maxMessageKiB = 4096
    public var maxBufferedMiBPerUser = 64
    public var connectionBufferKiB = 256
    public var connectionMaxAgeMinutes = 60
    public var stalledFrameSeconds = 30
    public var eventLoopThreads = 1

    // Storage.
    public var readers = 8
    public var groupCommitLimit = 128
    public var writeQueueLimit = 4096
    public var reserveMiB = 4

    // The process.
    public var drainSeconds = 20
    public var logLevel = Logger.Level.info

    public init() {}

    public static let defaultStateDirectory = "/var/lib/reviewpack"
    public static let defaultSocket = "/run/reviewpack/reviewpack.sock"
    public static let defaultFile = "/etc/reviewpack/reviewpackd.yaml"

    /// The state directory in force.
    public var stateDirectory: String { stateDir.isEmpty ? Self.defaultStateDirectory : stateDir }
}
