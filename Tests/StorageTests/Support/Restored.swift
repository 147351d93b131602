import Dispatch
import Domain
import Foundation
import Glibc
import Logging
import Testing

@testable import Storage

/// An archive that tar has unpacked into an empty folder.
final class Restored: Sendable {
    let path: String
    private let clock: TestClock

    init(_ archive: [UInt8], _ clock: TestClock) throws {
        self.clock = clock
        path = NSTemporaryDirectory() + "rp-restored-\(UUID().uuidString.prefix(8))"
        #expect(mkdir(path, 0o700) == 0)
        let file = path + ".tar"
        try Data(archive).write(to: URL(filePath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        let tar = try Process.run(URL(filePath: "/usr/bin/tar"), arguments: ["-xf", file, "-C", path])
        tar.waitUntilExit()
        #expect(tar.terminationStatus == 0)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var names: [String] {
        (["."] + (FileManager.default.subpaths(atPath: path) ?? [])).sorted()
    }

    func data(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: path + "/" + name)) }

    func mode(_ name: String) throws -> mode_t {
        var status = stat()
        #expect(lstat(path + "/" + name, &status) == 0)
        return status.st_mode & 0o7777
    }

    func open() throws -> Store {
        var configuration = StoreConfiguration()
        configuration.reserveBytes = 0
        configuration.checkPatience = .zero
        let clock = clock
        return try Store.open(
            state: try StateDirectory.open(path: path), configuration: configuration, clock: { clock.now },
            logger: .init(label: "test"))
    }
}

/// Holds a thread at a fault point until the test lets it go.
final class Pause: Sendable {
    private let released = DispatchSemaphore(value: 0)
    private let arrivals: AsyncStream<Void>
    private let arrive: AsyncStream<Void>.Continuation

    init() { (arrivals, arrive) = AsyncStream.makeStream() }

    func stop() {
        arrive.yield()
        released.wait()
    }

    func reached() async { for await _ in arrivals { return } }
    func go() { released.signal() }
}

extension TestStore {
    func backup(withoutPacks: Bool = false) async throws -> BackupArchive {
        try await store.beginBackup(withoutPacks: withoutPacks, serverVersion: "1.2\"3", stamp: Self.owner)
    }

    func restore(_ archive: BackupArchive) async throws -> Restored {
        var bytes: [UInt8] = []
        while let piece = try archive.next() {
            #expect(piece.count <= BackupArchive.pieceSize + TarHeader.blockSize)
            bytes += piece
        }
        #expect(Int64(bytes.count) == archive.size)
        archive.close()
        return try Restored(bytes, clock)
    }

    func backupFolder() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path + "/.backup").sorted()
    }
}
