import Foundation
import TestTags
import Testing

@testable import Daemon

/// A service manager's end of the notification socket.
final class Manager: Sendable {
    let descriptor: Int32
    let path: String

    init(_ path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try UnixAddress(path).bind(descriptor)
        // A test that waits in vain ends with an empty message.
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// The next message; waits for it.
    func next() -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    /// Waits until a message holds `text`; empty when none came.
    func wait(for text: String) async -> String {
        await withCheckedContinuation { continuation in
            // A thread of its own: this blocks.
            Thread.detachNewThread {
                while true {
                    let message = self.next()
                    if message.isEmpty || message.contains(text) { return continuation.resume(returning: message) }
                }
            }
        }
    }
}

@Suite("Notifying the service manager", .tags(.upkeep))
struct NotifyTests {
    @Test("messages arrive as sd_notify(3) writes them")
    func messages() throws {
        let scratch = Scratch()
        let manager = try Manager(scratch.file("notify"))
        let notify = NotifySocket(environment: ["NOTIFY_SOCKET": manager.path])
        for (message, text) in [
            (NotifyMessage.status("Recovering"), "STATUS=Recovering"),
            (.ready(status: "Serving on /s"), "READY=1\nSTATUS=Serving on /s"),
            (.ready(status: "a\nREADY=0"), "READY=1\nSTATUS=a\\nREADY=0"),
            (
                .reloading(monotonicMicroseconds: 12_345_678),
                "RELOADING=1\nMONOTONIC_USEC=12345678\nSTATUS=Reloading the configuration"
            ),
            (.stopping(status: "Finishing"), "STOPPING=1\nSTATUS=Finishing"),
            (.watchdog, "WATCHDOG=1"),
        ] {
            #expect(notify.send(message))
            #expect(manager.next() == text)
        }
    }

    @Test("the clock of a reload is the monotonic one")
    func clock() throws {
        var before = timespec()
        clock_gettime(CLOCK_MONOTONIC, &before)
        let text = NotifyMessage.reloadingNow().text
        let microseconds = try #require(text.firstMatch(of: /MONOTONIC_USEC=(\d+)/)?.1)
        #expect(try #require(Int(microseconds)) >= before.tv_sec * 1_000_000)
        #expect(try #require(Int(microseconds)) < (before.tv_sec + 60) * 1_000_000)
    }

    @Test("an abstract address works, and an absent or dead one is no trouble")
    func addresses() throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = "reviewpack-test-\(getpid())"
        withUnsafeMutableBytes(of: &address.sun_path) { $0[1...].copyBytes(from: name.utf8) }
        let bound = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(3 + name.utf8.count))
            }
        }
        #expect(bound == 0)
        #expect(NotifySocket(environment: ["NOTIFY_SOCKET": "@\(name)"]).send(.watchdog))
        var buffer = [UInt8](repeating: 0, count: 64)
        #expect(recv(descriptor, &buffer, 64, Int32(MSG_DONTWAIT)) == 10)

        #expect(NotifySocket(environment: [:]).send(.watchdog))
        #expect(NotifySocket(environment: ["NOTIFY_SOCKET": "/nowhere/notify"]).send(.watchdog))
        #expect(NotifySocket(environment: ["NOTIFY_SOCKET": ""]).send(.watchdog))
    }

    @Test("a manager that went away is noticed")
    func gone() throws {
        let scratch = Scratch()
        var manager: Manager? = try Manager(scratch.file("notify"))
        let notify = NotifySocket(environment: ["NOTIFY_SOCKET": scratch.file("notify")])
        #expect(notify.send(.watchdog))
        manager = nil
        _ = manager
        #expect(!notify.send(.watchdog))
    }

    @Test(
        "the watchdog is fed twice in its interval, and only when it is this process's",
        arguments: [
            (["WATCHDOG_USEC": "3000000"], .milliseconds(1500)),
            (["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "7"], .milliseconds(1500)),
            (["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "8"], nil),
            (["WATCHDOG_USEC": "0"], nil), (["WATCHDOG_USEC": "-5"], nil), (["WATCHDOG_USEC": "soon"], nil), ([:], nil),
        ] as [([String: String], Duration?)])
    func interval(_ environment: [String: String], _ expected: Duration?) {
        #expect(WatchdogInterval.from(environment, pid: 7) == expected)
    }
}
