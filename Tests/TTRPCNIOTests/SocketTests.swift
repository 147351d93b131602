import Glibc
import TTRPC
import TestTags
import Testing

@testable import TTRPCNIO

@Suite(.tags(.wire, .access), .timeLimit(.minutes(1))) struct SocketTests {
    private func start(
        at path: String, mode: UInt32 = 0o600, group: UInt32? = nil
    ) async throws -> TTRPCServer {
        try await TTRPCServer.start(
            on: .bind(path: path, mode: mode, group: group), handler: EchoHandler(), logger: quiet)
    }

    private func expectServed(_ path: String) async throws {
        let client = try await TTRPCClient.connect(path: path, connectTimeout: .zero)
        #expect(try await client.echo([1]) == [1])
        await client.close()
    }

    /// Leaves a socket file at which nobody listens.
    private func makeStaleSocket(_ path: String) throws {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        #expect(try UnixSocketPath(path).withAddress { bind(descriptor, $0, $1) } == 0)
    }

    @Test("the socket file has the mode and group asked for", arguments: [0o600, 0o660, 0o666] as [UInt32])
    func permissions(mode: UInt32) async throws {
        let folder = try TemporaryFolder()
        let group: UInt32 = geteuid() == 0 ? 12345 : getegid()
        let server = try await start(at: folder.socket, mode: mode, group: group)
        var status = stat()
        #expect(lstat(folder.socket, &status) == 0)
        #expect(status.st_mode & 0o7777 == mode)
        #expect(status.st_gid == group)
        await server.drain(deadline: .seconds(1))
        #expect(folder.names.isEmpty)
    }

    @Test("a dead socket of ours is replaced")
    func stale() async throws {
        let folder = try TemporaryFolder()
        try makeStaleSocket(folder.socket)
        let server = try await start(at: folder.socket)
        try await expectServed(folder.socket)
        await server.drain(deadline: .seconds(1))
    }

    @Test("a socket that answers is left alone")
    func live() async throws {
        let folder = try TemporaryFolder()
        let server = try await start(at: folder.socket)
        await #expect(throws: SocketError.addressInUse(path: folder.socket)) {
            _ = try await start(at: folder.socket)
        }
        try await expectServed(folder.socket)
        await server.drain(deadline: .seconds(1))
    }

    @Test("a file or link that is no socket is left alone", arguments: [true, false])
    func notASocket(isLink: Bool) async throws {
        let folder = try TemporaryFolder()
        if isLink {
            #expect(symlink("nowhere", folder.socket) == 0)
        } else {
            close(open(folder.socket, O_CREAT | O_WRONLY, 0o600))
        }
        await #expect(throws: SocketError.notASocket(path: folder.socket)) {
            _ = try await start(at: folder.socket)
        }
        #expect(folder.names == ["s"])
    }

    @Test("another user's socket is left alone", .enabled(if: geteuid() == 0, "only root can make one"))
    func foreign() async throws {
        let folder = try TemporaryFolder()
        try makeStaleSocket(folder.socket)
        #expect(lchown(folder.socket, 12345, .max) == 0)
        await #expect(throws: SocketError.foreignSocket(path: folder.socket, owner: 12345)) {
            _ = try await start(at: folder.socket)
        }
        #expect(folder.names == ["s"])
    }

    @Test("a server removes its own socket file and nobody else's")
    func replacedFile() async throws {
        let folder = try TemporaryFolder()
        let server = try await start(at: folder.socket)
        unlink(folder.socket)
        try makeStaleSocket(folder.socket)
        await server.drain(deadline: .seconds(1))
        #expect(folder.names == ["s"])
    }

    @Test("a start that fails leaves no file behind", .enabled(if: geteuid() != 0, "root may set any group"))
    func failedStart() async throws {
        let folder = try TemporaryFolder()
        await #expect(throws: SocketError.self) { _ = try await start(at: folder.socket, group: 0) }
        #expect(folder.names.isEmpty)
    }

    @Test("a path of 107 bytes works, one more is a clear error on both sides")
    func longPaths() async throws {
        let folder = try TemporaryFolder()
        let longest = folder.path + "/" + String(repeating: "p", count: 107 - folder.path.utf8.count - 1)
        let server = try await start(at: longest)
        try await expectServed(longest)
        await server.drain(deadline: .seconds(1))
        let tooLong = longest + "p"
        await #expect(throws: SocketError.pathTooLong(path: tooLong, bytes: 108)) {
            _ = try await start(at: tooLong)
        }
        await #expect(throws: TransportError.pathTooLong(path: tooLong, bytes: 108)) {
            _ = try await TTRPCClient.connect(path: tooLong)
        }
    }

    @Test("abstract addresses are refused on both sides", arguments: ["@reviewpack", "\0reviewpack"])
    func abstract(address: String) async throws {
        await #expect(throws: SocketError.abstractAddress(address)) { _ = try await start(at: address) }
        await #expect(throws: TransportError.abstractAddress(address)) {
            _ = try await TTRPCClient.connect(path: address)
        }
    }

    @Test("an adopted socket serves a caller that queued before, and its file stays")
    func adopted() async throws {
        let folder = try TemporaryFolder()
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        #expect(try UnixSocketPath(folder.socket).withAddress { bind(descriptor, $0, $1) } == 0)
        #expect(listen(descriptor, 8) == 0)
        let early = try RawCaller(path: folder.socket)
        await early.send(.request(1, "Echo", [3]))
        let server = try await TTRPCServer.start(
            on: .adopt(descriptor: descriptor), handler: EchoHandler(), logger: quiet)
        #expect(try await early.receiveResponse(on: 1).payload == [3])
        await server.drain(deadline: .seconds(1))
        #expect(folder.names == ["s"])
    }

    @Test("a descriptor that is no Unix stream socket is not adopted")
    func unsuitable() async throws {
        let folder = try TemporaryFolder()
        for descriptor in [
            open(folder.path + "/file", O_RDONLY | O_CREAT, 0o600), socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0),
            socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0),
        ] {
            let inode = try #require(self.inode(of: descriptor))
            await #expect(throws: SocketError.self) {
                _ = try await TTRPCServer.start(
                    on: .adopt(descriptor: descriptor), handler: EchoHandler(), logger: quiet)
            }
            // Its number may be another test's by now; its file is not.
            #expect(self.inode(of: descriptor) != inode, "the descriptor was handed over and must be closed")
        }
    }

    private func inode(of descriptor: CInt) -> ino_t? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status.st_ino : nil
    }
}
