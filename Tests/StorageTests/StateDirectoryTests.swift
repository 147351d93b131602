import Foundation
import Glibc
import SystemIO
import TestTags
import Testing

@testable import Storage

@Suite("The state directory", .tags(.durability))
struct StateDirectoryTests {
    private let path = NSTemporaryDirectory() + "rp-state-\(UUID().uuidString.prefix(8))"

    private func mode(_ name: String = "") throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path + name)
        return (attributes[.posixPermissions] as? Int) ?? -1
    }

    private func refusal() -> StateError.Reason? {
        do {
            _ = try StateDirectory.open(path: path)
            return nil
        } catch { return error.reason }
    }

    @Test("is made private, with private exports and a private database file")
    func modes() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let state = try StateDirectory.open(path: path)
        #expect(try mode() == 0o700)
        #expect(try mode("/exports") == 0o700)
        #expect(try mode("/reviewpack.db") == 0o600)
        #expect(try mode("/lock") == 0o600)
        _ = state
    }

    @Test("that is open to readers is closed to them, the database's files too; passing through stays")
    func openedUp() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        do { _ = try StateDirectory.open(path: path) }
        #expect(FileManager.default.createFile(atPath: path + "/reviewpack.db-wal", contents: nil))
        #expect(chmod(path, 0o755) == 0)
        for name in ["/reviewpack.db", "/reviewpack.db-wal"] { #expect(chmod(path + name, 0o644) == 0) }
        let state = try StateDirectory.open(path: path)
        #expect(try mode() == 0o711)
        #expect(try mode("/reviewpack.db") == 0o600)
        #expect(try mode("/reviewpack.db-wal") == 0o600)
        _ = state
    }

    @Test("is refused while another daemon holds it, and free when that one is gone")
    func lock() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
            let held = try StateDirectory.open(path: path)
            #expect(refusal() == .heldByAnotherDaemon)
            _ = held
        }
        #expect(refusal() == nil)
    }

    @Test("is refused when others may write it")
    func writable() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(chmod(path, 0o770) == 0)
        #expect(refusal() == .writableByOthers)
    }

    @Test("is refused when it belongs to somebody else", .enabled(if: geteuid() == 0))
    func foreign() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(chmod(path, 0o700) == 0 && chown(path, 1, 1) == 0)
        #expect(refusal() == .foreignOwner)
    }

    @Test("is refused as a symbolic link and as a file")
    func links() throws {
        let target = path + "-target"
        defer {
            try? FileManager.default.removeItem(atPath: path)
            try? FileManager.default.removeItem(atPath: target)
        }
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
        #expect(refusal() == .symbolicLink)
        try FileManager.default.removeItem(atPath: path)
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        #expect(refusal() == .notADirectory)
    }

    @Test("does not follow a database file that is a symbolic link")
    func linkedDatabase() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(chmod(path, 0o700) == 0)
        try FileManager.default.createSymbolicLink(
            atPath: path + "/reviewpack.db", withDestinationPath: "/dev/null")
        #expect(refusal() == .io)
    }

    @Test(
        "of a file system that names any number of blocks has a number of bytes",
        arguments: [
            (0, 4096, 0), (10, 512, 5120), (1 << 62, 4096, .max), (1 << 63, 1, .max), (.max, .max, .max), (.max, 0, 0),
            (0, .max, 0), (UInt64(Int64.max), 1, .max), (1 << 51, 4096, .max), (1 << 50, 4096, 1 << 62),
        ] as [(UInt64, UInt64, Int64)])
    func blocks(_ count: UInt64, _ size: UInt64, _ bytes: Int64) {
        #expect(BlockCount.bytes(count, of: size) == bytes)
    }

    @Test(
        "makes its reserve whole where there is room, else as large as leaves room for the log",
        arguments: [
            (4 << 20, .max, 4 << 20), (4 << 20, 4 << 20, 4 << 20), (4 << 20, 3 << 20, 2 << 20),
            (4 << 20, 1 << 20, 1 << 20), (4 << 20, 0, 0), (4 << 20, -1, 0), (4 << 20, .min, 0), (.max, .max, .max),
            (.max, 1 << 30, 1 << 30), (0, 0, 0), (0, .min, 0),
        ] as [(Int64, Int64, Int64)])
    func reserveSize(_ size: Int64, _ room: Int64, _ wanted: Int64) {
        #expect(ReserveFile.wanted(of: size, room: room) == wanted)
    }

    @Test("holds a reserve whose blocks are really taken, and gives it up once")
    func reserve() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let state = try StateDirectory.open(path: path)
        let reserve = ReserveFile(in: state, size: 1 << 20)
        #expect(reserve.fill())
        var status = stat()
        #expect(stat(path + "/reserve", &status) == 0)
        #expect(status.st_size == 1 << 20 && status.st_blocks * 512 >= 1 << 20)
        #expect(reserve.release())
        #expect(!reserve.release())
        #expect(reserve.fill())
    }

    @Test(
        """
        holds as much of a reserve as a full disk has, lends no more than half of it, and all of it when there is room
        """,
        .enabled(if: geteuid() == 0, "needs root, to mount a small file system"))
    func shortReserve() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try #require(mount("tmpfs", path, "tmpfs", 0, "size=3m,mode=0700") == 0)
        defer { umount2(path, Int32(MNT_DETACH)) }
        let reserve = ReserveFile(in: try StateDirectory.open(path: path), size: 4 << 20)
        func size() -> off_t {
            var status = stat()
            return stat(path + "/reserve", &status) == 0 ? status.st_size : 0
        }
        #expect(!reserve.fill())
        #expect(size() == 2 << 20, "half of it, and the rest for others")
        #expect(!reserve.lend() && size() == 2 << 20)
        #expect(reserve.release() && size() == 0)
        try #require(mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT), "size=8m") == 0)
        reserve.restore()
        #expect(size() == 4 << 20)
        #expect(reserve.lend() && size() == 0)
        reserve.restore()
        #expect(size() == 4 << 20)
    }

    @Test("leaves no name behind for a spool")
    func spool() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let state = try StateDirectory.open(path: path)
        let before = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        let spool = try state.makeSpool()
        #expect(write(spool.raw, "x", 1) == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).sorted() == before)
    }
}
