import ArgumentParser
import Domain
import ReviewPackAPI
import ReviewPackClient

struct BackupCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "backup",
        abstract: "Save a consistent copy of the service's state while it serves.",
        arguments: "<file> [--without-packs] [--force]",
        discussion: """
            The file is a tar archive of the state directory: the database and the packs
            of one moment, without the token keys. It holds everything that the service
            knows, so only you may read it (mode 0600). Nothing unfinished is ever left
            under that name. To restore, stop the service and unpack the archive into an
            empty state directory.

            Example:
              reviewpackctl backup /var/backups/reviewpack.tar --force
            """)

    @Argument(help: ArgumentHelp("Where to save it.", valueName: "file"), completion: .file())
    var file: String

    @Flag(help: "Leave the packs' files out; restored, those packs are expired.")
    var withoutPacks = false

    @Flag(help: "Replace a file that is there already.")
    var force = false

    @OptionGroup var common: CommonOptions

    func run(in session: Session) async throws {
        // Before anything is asked of the service: a place that cannot be written.
        let target = try NewFile(at: file, replacing: force, interruption: session.context.interruption)
        try await session.withClient { client in
            let received = try await session.withProgress { meter in
                var sink = BackupFileSink(file: target, meter: meter)
                return try await client.backup(withoutPacks: withoutPacks, into: &sink)
            }
            try target.publish()
            try session.print(.one(Self.result(received, path: file), id: file, line: file.printable))
        }
    }

    private static func result(_ received: ReceivedBackup, path: String) -> OutputValue {
        let header = received.header
        return .fields([
            "file": .string(path), "taken_at": .optional(header.takenAt?.description),
            "server_version": .string(header.serverVersion), "packs": .signed(header.packs),
            "size": .signed(header.size), "sha256": .hex(received.sha256),
        ])
    }
}

/// Where `backup` puts the archive, with its progress.
struct BackupFileSink: BackupSink {
    let file: NewFile
    let meter: ProgressMeter
    private var received: Int64 = 0
    private var total: Int64 = 0

    init(file: NewFile, meter: ProgressMeter) {
        self.file = file
        self.meter = meter
    }

    mutating func begin(_ header: Proto.BackupHeader) async throws(ClientError) { total = header.size }

    mutating func append(_ bytes: [UInt8]) async throws(ClientError) {
        try file.append(bytes)
        received += Int64(bytes.count)
        meter.show(ProgressLine(label: "Backing up", done: received, total: total, unit: .bytes))
    }
}
