import Domain
import ExitCodes
import Foundation
import TestTags
import Testing

@testable import Daemon

@Suite("The choice of the socket", .tags(.upkeep))
struct SocketChoiceTests {
    @Test(
        "the service manager's socket, else --socket, else the state directory's, else the system's",
        arguments: [
            (3, "/s", "/d", .adopt(descriptor: 3)),
            (3, "", "", .adopt(descriptor: 3)),
            (nil, "/s", "/d", .bind(path: "/s")),
            (nil, "/s", "", .bind(path: "/s")),
            (nil, "", "/d", .bind(path: "/d/reviewpack.sock")),
            (nil, "", "./state", .bind(path: "./state/reviewpack.sock")),
            (nil, "", "", .bind(path: "/run/reviewpack/reviewpack.sock")),
        ] as [(Int32?, String, String, SocketChoice)])
    func table(_ passed: Int32?, _ socket: String, _ state: String, _ expected: SocketChoice) {
        let settings = Settings().with {
            $0.socket = socket
            $0.stateDir = state
        }
        let descriptor = passed.map { PassedDescriptor(number: $0, name: "") }
        #expect(SocketChoice.decide(passed: descriptor, settings: settings) == expected)
    }

    @Test(
        "descriptors are those that the variables pass to this very process",
        arguments: [
            ([:], []),
            (["LISTEN_FDS": "1"], []),
            (["LISTEN_PID": "7"], []),
            (["LISTEN_PID": "8", "LISTEN_FDS": "1"], []),
            (["LISTEN_PID": "07", "LISTEN_FDS": "1"], []),
            (["LISTEN_PID": "7", "LISTEN_FDS": "0"], []),
            (["LISTEN_PID": "7", "LISTEN_FDS": "1"], ["3:"]),
            (["LISTEN_PID": "7", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "reviewpack"], ["3:reviewpack"]),
            (["LISTEN_PID": "7", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "a:"], ["3:a", "4:"]),
            (["LISTEN_PID": "7", "LISTEN_FDS": "2"], ["3:", "4:"]),
        ] as [([String: String], [String])])
    func parsing(_ environment: [String: String], _ expected: [String]) throws {
        let passed = try PassedDescriptors.parse(environment, pid: 7)
        #expect(passed.map { "\($0.number):\($0.name)" } == expected)
    }

    @Test(
        "variables that make no sense stop the start",
        arguments: [
            (["LISTEN_FDS": "x"], "LISTEN_FDS is \"x\", not a number from 0 to 64"),
            (["LISTEN_FDS": "-1"], "LISTEN_FDS is \"-1\", not a number from 0 to 64"),
            (["LISTEN_FDS": "4000000000"], "LISTEN_FDS is \"4000000000\", not a number from 0 to 64"),
            (["LISTEN_FDS": "1", "LISTEN_FDNAMES": "a:b"], "LISTEN_FDNAMES has 2 names for 1 descriptors"),
        ])
    func nonsense(_ environment: [String: String], _ message: String) {
        let error = #expect(throws: StartupError.self) {
            try PassedDescriptors.parse(environment.merging(["LISTEN_PID": "7"]) { $1 }, pid: 7)
        }
        #expect(error?.what == message)
        #expect(error?.exit == .configuration)
    }

    @Test("of several descriptors the one named reviewpack is served, and none is an error")
    func several() throws {
        func choose(_ names: String...) throws -> Int32? {
            try PassedDescriptors.choose(
                from: names.enumerated().map { PassedDescriptor(number: 3 + Int32($0), name: $1) })?.number
        }
        #expect(try choose() == nil)
        #expect(try choose("anything") == 3)
        #expect(try choose("stored", "reviewpack") == 4)
        #expect(throws: StartupError.self) { try choose("a", "b") }
        #expect(throws: StartupError.self) { try choose("reviewpack", "reviewpack") }
    }

    @Test("only a listening Unix stream socket is taken over")
    func kinds() throws {
        let scratch = Scratch()
        func complaint(_ descriptor: Int32) -> String? {
            defer { close(descriptor) }
            do {
                try PassedDescriptors.check(descriptor)
                return nil
            } catch { return error.what.replacing("\(descriptor)", with: "N") }
        }
        func unix(_ type: __socket_type) -> Int32 { socket(AF_UNIX, Int32(type.rawValue), 0) }
        #expect(complaint(try Listener(scratch.file("s")).descriptor) == nil)
        #expect(complaint(unix(SOCK_STREAM)) == "descriptor N of the service manager is no listening socket")
        #expect(complaint(unix(SOCK_DGRAM)) == "descriptor N of the service manager is no stream socket")
        #expect(
            complaint(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
                == "descriptor N of the service manager is no Unix socket")
        #expect(
            complaint(open("/dev/null", O_RDONLY))
                == "descriptor N of the service manager is no socket: Socket operation on non-socket")
    }
}

/// A listening socket as a service manager makes it.
struct Listener {
    let descriptor: Int32

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        try UnixAddress(path).bind(descriptor)
        try #require(listen(descriptor, 16) == 0)
    }
}

struct UnixAddress {
    private var address = sockaddr_un()

    init(_ path: String) {
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    }

    func bind(_ descriptor: Int32) throws {
        try #require(use { Glibc.bind(descriptor, $0, $1) } == 0)
    }

    func connect(_ descriptor: Int32) throws {
        try #require(use { Glibc.connect(descriptor, $0, $1) } == 0)
    }

    private func use(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }
}
