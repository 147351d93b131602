import Glibc
import TTRPC
import TestTags
import Testing

@testable import TTRPCNIO

/// Starts a server that every user may reach, in a child process of a test.
private func startOpenServer(
    _ configuration: ServerConfiguration = ServerConfiguration()
) async throws -> (TTRPCServer, TemporaryFolder) {
    let folder = try TemporaryFolder()
    chmod(folder.path, 0o755)
    let server = try await TTRPCServer.start(
        on: .bind(path: folder.socket, mode: 0o666, group: nil), configuration: configuration,
        handler: EchoHandler(), logger: quiet)
    return (server, folder)
}

/// Connects while the whole process has another effective uid: the kernel notes it at that moment.
private func connect(as uid: uid_t, _ path: String) throws -> RawCaller {
    #expect(seteuid(uid) == 0)
    defer { #expect(seteuid(0) == 0) }
    return try RawCaller(path: path)
}

private func code(of caller: RawCaller) async throws -> Int32? {
    await caller.send(.request(1, "Echo", [1]))
    return try await caller.receiveResponse(on: 1).status?.code
}

/// Real other users; each test runs in a process of its own, for it changes what the process is.
@Suite(.tags(.wire, .access), .enabled(if: geteuid() == 0, "only root can be other users"), .timeLimit(.minutes(1)))
struct ForeignUserTests {
    @Test("a uid that uses up its share of connections takes nothing from another's")
    func sharesAreApart() async {
        await #expect(processExitsWith: .success) {
            let (server, folder) = try await startOpenServer(.with { $0.maxConnectionsPerUID = 2 })
            let first = try connect(as: 4001, folder.socket)
            let second = try connect(as: 4001, folder.socket)
            let third = try connect(as: 4001, folder.socket)
            let other = try connect(as: 4002, folder.socket)
            #expect(try await code(of: first) == nil)
            #expect(try await code(of: second) == nil)
            #expect(try await code(of: third) == StatusCode.resourceExhausted.rawValue)
            #expect(try await code(of: other) == nil)
            await server.drain(deadline: .seconds(5))
        }
    }

    @Test("a caller whose uid means unknown is closed unheard")
    func overflowUID() async {
        await #expect(processExitsWith: .success) {
            let (server, folder) = try await startOpenServer()
            let caller = try connect(as: 65_534, folder.socket)
            await caller.send(.request(1, "Echo", [1]))
            #expect(await caller.receive() == nil)
            #expect(server.statistics.connections == 0)
            await server.drain(deadline: .seconds(5))
        }
    }

    @Test("four hundred supplementary groups are read")
    func manyGroups() async {
        await #expect(processExitsWith: .success) {
            let groups = (0..<400).map { gid_t(5000 + $0) }
            #expect(setgroups(groups.count, groups) == 0)
            let (server, folder) = try await startOpenServer()
            let caller = try connect(as: 4001, folder.socket)
            await caller.send(.request(1, "WhoAmI"))
            let answer = try await caller.receiveResponse(on: 1).payload
            #expect(String(decoding: answer, as: UTF8.self) == "4001:\(getegid()):400")
            await server.drain(deadline: .seconds(5))
        }
    }

    @Test("a caller who came while no descriptor was free is served when one is")
    func outOfDescriptors() async {
        await #expect(processExitsWith: .success) {
            let (server, folder) = try await startOpenServer()
            let caller = try RawCaller(path: folder.socket)
            #expect(try await code(of: caller) == nil)
            var fillers: [Int32] = []
            let late = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
            var limit = rlimit(rlim_cur: 256, rlim_max: 256)
            #expect(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            while case let filler = dup(0), filler >= 0 { fillers.append(filler) }
            #expect(try UnixSocketPath(folder.socket).withAddress { Glibc.connect(late, $0, $1) } == 0)
            // Out of descriptors, the server still serves those who are in, and accepts nobody.
            for id in stride(from: 3, to: 203, by: 2) as StrideTo<UInt32> {
                await caller.send(.request(id, "Echo", [7]))
                #expect(try await caller.receiveResponse(on: id).payload == [7])
            }
            #expect(server.statistics.connections == 1)
            for filler in fillers { close(filler) }
            let request = FrameEncoder.encode(.request(1, "Echo", [9]))
            #expect(write(late, request, request.count) == request.count)
            var answer = [UInt8](repeating: 0, count: 64)
            #expect(read(late, &answer, answer.count) > 0)
            await server.drain(deadline: .seconds(5))
        }
    }
}
