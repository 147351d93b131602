import Glibc
import ReviewPackAPI
import TTRPC

// Makes the same Get over and over on a number of connections, and prints how long the calls took, as JSON.
//
//     CallLoad SOCKET PACK CONNECTIONS SECONDS
//
// One thread a connection with plain blocking reads and writes, so that what is measured is the daemon and the kernel.

@main
struct CallLoad {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count == 5, let connections = Int(arguments[3]), let seconds = Double(arguments[4]) else {
            fail("usage: CallLoad SOCKET PACK CONNECTIONS SECONDS")
        }
        let request = getRequest(pack: arguments[2])
        let workers = (0..<connections).map { _ in Worker(socket: connect(arguments[1]), request: request) }
        let start = Clock.now()
        let end = start + UInt64(seconds * 1e9)
        for worker in workers { worker.start(until: end) }
        for worker in workers { worker.join() }
        let elapsed = Double(Clock.now() - start) / 1e9
        let latencies = workers.flatMap(\.latencies).sorted()
        guard !latencies.isEmpty else { fail("no call was answered") }
        func microseconds(_ share: Double) -> Double {
            Double(latencies[min(latencies.count - 1, Int(share * Double(latencies.count)))]) / 1e3
        }
        print(
            """
            {"connections": \(connections), "calls": \(latencies.count), \
            "calls_per_second": \(Double(latencies.count) / elapsed), "p50_us": \(microseconds(0.5)), \
            "p90_us": \(microseconds(0.9)), "p99_us": \(microseconds(0.99)), "max_us": \(microseconds(1))}
            """)
    }

    /// The envelope of a Get, ready for a frame.
    private static func getRequest(pack: String) -> [UInt8] {
        let method = Methods.reviewPackServiceGet
        return RequestEnvelope(
            service: method.service, method: method.name, payload: Proto.GetPackRequest(id: pack).serialized()
        ).serialized()
    }

    private static func connect(_ path: String) -> CInt {
        let socket = Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { fail("the path is too long") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { fail("cannot connect: \(String(cString: strerror(errno)))") }
        return socket
    }
}

func fail(_ message: String) -> Never {
    let line = "CallLoad: \(message)\n"
    _ = Glibc.write(STDERR_FILENO, line, line.utf8.count)
    exit(1)
}

enum Clock {
    /// Monotonic nanoseconds.
    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
