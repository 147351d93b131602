import Domain
import Glibc
import ReviewPackClient

/// What `doctor` sees of this machine beside the service; tests replace the parts.
struct Machine: Sendable {
    var file: @Sendable (_ path: String) -> FileFacts
    var timers: @Sendable (_ units: [String]) async -> Machine.Timers
    var isClockSynchronized: @Sendable () async -> Bool?
    var collector: @Sendable (ReportType) -> Machine.Collector
    var uid: @Sendable () -> UInt32

    enum Timers: Equatable, Sendable {
        /// The machine runs without systemd.
        case noServiceManager
        case unknown(String)
        case listed([TimerFacts])
    }

    enum Collector: Equatable, Sendable {
        case usable
        case missing
        case refused(String)
    }

    static let own = Machine(
        file: FileFacts.init(lookingAt:), timers: ServiceManager.timers,
        isClockSynchronized: ServiceManager.isClockSynchronized,
        collector: { type in
            do throws(ScanFault) {
                _ = try CollectorFile.find(type, in: CollectorFile.standardFolder)
                return .usable
            } catch {
                return error.failure == .collectorMissing ? .missing : .refused(error.message)
            }
        }, uid: { geteuid() })
}

/// A file as far as the caller may look at it.
struct FileFacts: Equatable, Sendable {
    enum State: Equatable, Sendable {
        case absent
        /// An errno value.
        case unknown(Int32)
        case there(mode: UInt32, uid: UInt32, gid: UInt32)
    }

    var path: String
    var state: State
}

extension FileFacts {
    init(lookingAt path: String) {
        var status = stat()
        self.path = path
        if stat(path, &status) == 0 {
            state = .there(mode: UInt32(status.st_mode & 0o7777), uid: status.st_uid, gid: status.st_gid)
        } else {
            state = errno == ENOENT ? .absent : .unknown(errno)
        }
    }
}
