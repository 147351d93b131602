import CLinuxShims
import Domain
import Glibc
import ReviewPackClient

/// The reading ends of a collector's output and errors, and a pipe whose writing end is closed when the collector has
/// ended.
///
/// Nobody waits for a pipe alone: a process that left the collector's session may hold its writing end for ever. Once
/// the collector has ended, what is in the pipe is all there is.
final class CollectorPipes: Sendable {
    let output: CInt
    let errors: CInt
    private let ended: CInt

    /// The ends that belong to the collector, and the one that is closed at its end.
    struct Writing {
        var output: CInt
        var errors: CInt
        var ended: CInt
    }

    private init(output: CInt, errors: CInt, ended: CInt) {
        self.output = output
        self.errors = errors
        self.ended = ended
    }

    deinit { for descriptor in [output, errors, ended] { close(descriptor) } }

    static func make() throws(ScanFault) -> (reading: CollectorPipes, writing: Writing) {
        var ends: [(reading: CInt, writing: CInt)] = []
        for _ in 0..<3 {
            var reading: CInt = -1
            var writing: CInt = -1
            let error = clinux_pipe(&reading, &writing)
            guard error == 0 else {
                for end in ends {
                    close(end.reading)
                    close(end.writing)
                }
                throw ScanFault(.collectorFailed, "no pipe for the collector: \(ClientError.words(errno: error))")
            }
            ends.append((reading, writing))
        }
        let reading = CollectorPipes(output: ends[0].reading, errors: ends[1].reading, ended: ends[2].reading)
        // So that an empty pipe can be told from one that has ended.
        for descriptor in [reading.output, reading.errors] { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
        return (reading, Writing(output: ends[0].writing, errors: ends[1].writing, ended: ends[2].writing))
    }

    /// Reads at least one byte into `buffer`, or returns 0 at the end; blocks.
    func read(_ descriptor: CInt, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            var waiting = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: ended, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&waiting, nfds_t(waiting.count), -1) >= 0 || errno == EINTR else { return 0 }
            let got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if got >= 0 { return got }
            let isEmpty = errno == EAGAIN
            guard isEmpty || errno == EINTR else { return 0 }
            if isEmpty, waiting[1].revents != 0 { return 0 }
        }
    }
}
