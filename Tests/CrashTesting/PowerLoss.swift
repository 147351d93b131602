import Foundation
import ReviewPackClient
import Synchronization

/// Records what a daemon does to its disk, cuts the power at many instants, and starts daemons on what may then be
/// there.
package struct PowerLoss: Sendable {
    package struct Options: Sendable {
        package var daemon: String
        package var interposer: String
        package var seed: UInt64
        package var images = 50
        package var limit = Duration.seconds(3600)

        package init(daemon: String, interposer: String, seed: UInt64) {
            self.daemon = daemon
            self.interposer = interposer
            self.seed = seed
        }
    }

    private let options: Options
    private var generator: SeededGenerator

    package init(_ options: Options) {
        self.options = options
        generator = SeededGenerator(seed: options.seed)
    }

    /// How many images were started, and out of how many recorded changes.
    package struct Report: Sendable {
        package var images: Int
        package var changes: Int
    }

    /// Throws a `Violation` that names the instant.
    package mutating func run() async throws -> Report {
        let end = ContinuousClock.now.advanced(by: options.limit)
        let recording = try await Recording.make(options, seed: generator.next())
        var cuts = (0..<options.images).map { _ in cut(recording) }
        cuts.sort { $0.position < $1.position }
        var disk = DiskModel()
        var replayed = 0
        var images = 0
        for cut in cuts where ContinuousClock.now < end {
            while replayed < cut.position {
                disk.apply(recording.changes[replayed])
                replayed += 1
            }
            let seed = generator.next()
            do { try await verify(disk, cut, recording, seed) } catch {
                let last = recording.changes[max(0, cut.position - 8)..<cut.position].map {
                    "\($0.kind) \($0.path) \($0.second) \($0.offset)+\($0.data.count)"
                }
                throw Violation(
                    """
                    seed \(options.seed), power lost after change \(cut.position) of \(recording.changes.count), \
                    \(cut.keeping) % of what was not synced kept: \(error)
                    \(last.joined(separator: "\n"))
                    """)
            }
            images += 1
        }
        return Report(images: images, changes: recording.changes.count)
    }

    private struct Cut {
        /// How many changes were made.
        var position: Int
        var keeping: Int
    }

    /// Half of the instants are those just after an acknowledgement, where most is promised.
    private mutating func cut(_ recording: Recording) -> Cut {
        let keeping = [0, 0, 20, 50, 80, 100].randomElement(using: &generator) ?? 0
        if Bool.random(using: &generator), let snapshot = recording.snapshots.randomElement(using: &generator) {
            return Cut(position: recording.position(at: snapshot.offset), keeping: keeping)
        }
        return Cut(position: Int.random(in: 0...recording.changes.count, using: &generator), keeping: keeping)
    }

    private func verify(_ disk: DiskModel, _ cut: Cut, _ recording: Recording, _ seed: UInt64) async throws {
        let folder = try ScratchFolder()
        var generator = SeededGenerator(seed: seed)
        try disk.write(
            recording.root, to: DaemonProcess.state(folder.path), keeping: cut.keeping, choosing: &generator)
        let daemon = try DaemonProcess(program: options.daemon, folder: folder.path, settings: crashSettings)
        defer {
            daemon.signal(SIGKILL)
            _ = daemon.wait()
        }
        let client = try await daemon.serving()
        var verification = Verification()
        let ledgers = recording.ledgers(at: cut.position)
        var settled = try await verification.run(
            ledgers, client: client, folder: folder.path, readingData: true)
        // Every ready pack is whole, and tokens that were handed out still open theirs.
        for index in settled.indices {
            let tenant = TenantClient(client, settled[index])
            for pack in tenant.ledger.readyPacks { try await tenant.take(.download(pack)) }
            settled[index] = tenant.ledger
        }
        await client.close()
    }
}

extension Recording {
    /// Two lives of a daemon.
    fileprivate static func make(_ options: PowerLoss.Options, seed: UInt64) async throws -> Recording {
        let folder = try ScratchFolder()
        let record = folder.path + "/record"
        var generator = SeededGenerator(seed: seed)
        // The last one is of who prunes and backs up.
        let externalIDs = [generator.uuid(), generator.uuid(), ""]
        let book = Book(record, externalIDs.map { TenantLedger(externalID: $0) })
        for life in 0..<2 {
            let daemon = try DaemonProcess(
                program: options.daemon, folder: folder.path, settings: crashSettings,
                environment: [
                    "LD_PRELOAD": options.interposer, "FAULT_ROOT": DaemonProcess.state(folder.path),
                    "FAULT_RECORD": record,
                ])
            do {
                let client = try await daemon.serving()
                try await play(life, client, book, seed: generator.next())
                await client.close()
            } catch {
                daemon.signal(SIGKILL)
                _ = daemon.wait()
                throw Violation("no recording: \(error)\n\(daemon.journal)")
            }
            daemon.signal(life == 0 ? SIGTERM : SIGKILL)
            _ = daemon.wait()
        }
        return Recording(
            changes: try RecordedChange.read(record), snapshots: book.snapshots,
            root: DaemonProcess.state(folder.path))
    }

    private static func play(_ life: Int, _ client: ReviewPackClient, _ book: Book, seed: UInt64) async throws {
        if life == 0 { _ = try await client.createWorkspace(name: TenantClient.workspace) }
        let tenants = book.ledgers.enumerated().map { index, ledger in
            TenantClient(client, ledger) { book.note($0, index) }
        }
        if life == 0 {
            var scenario = Scenario(seed: seed) { try await $0.take($1) }
            try await scenario.begin(tenants[0], tenants[1])
            try await scenario.go(tenants[0], tenants[1], tenants[2])
        } else {
            var generator = SeededGenerator(seed: seed)
            try await tenants[0].take(.findings(requestID: generator.uuid(), numbers: 100..<140))
            try await tenants[0].generatePack(requestID: generator.uuid(), includePII: false)
            try await tenants[0].take(.rename("Later"))
        }
    }
}
