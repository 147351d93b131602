import Bytes
import Domain
import Glibc
import ReviewPackAPI
import ReviewPackClient
import TTRPC

/// From what was found to what is said. Every check is a function of the facts alone.
enum DoctorChecks {
    static func lines(_ facts: DoctorFacts) -> [DoctorLine] {
        daemon(facts) + storage(facts) + schedules(facts) + timers(facts) + clocks(facts) + files(facts)
    }

    // MARK: - The daemon

    static func daemon(_ facts: DoctorFacts) -> [DoctorLine] {
        switch facts.caller {
        case .given(let caller):
            return [.ok("daemon", "answers at \(facts.socket.path)"), version(facts, caller), protocols(facts)]
        case .refused(let error):
            return [.fail("daemon", error.summary, reachingAdvice(error, facts))]
                + ["version", "protocol"].map { .skip($0, "needs the daemon") }
        case .notAsked:
            return ["daemon", "version", "protocol"].map { .skip($0, "needs the daemon") }
        }
    }

    private static func reachingAdvice(_ error: ClientError, _ facts: DoctorFacts) -> String {
        guard case .unreachable(_, let errno) = error else { return error.advice }
        switch (errno, facts.socket.state) {
        case (EACCES, .there(let mode, _, let gid)):
            // Nobody is told to join root's group.
            guard let group = facts.socketGroup, mode & 0o020 != 0, gid != 0 else {
                return "the socket is closed to callers; set socket_group to a group of theirs, and socket_mode to 0660"
            }
            return "join the socket's group: usermod -aG \(group) \(facts.user), then log in again"
        case (EACCES, _):
            return "a directory above the socket is closed to you; its group is in `ls -ld`"
        case (_, .there):
            return "the socket is there and nobody listens: systemctl start reviewpackd, then journalctl -u reviewpackd"
        default:
            return error.advice
        }
    }

    private static func version(_ facts: DoctorFacts, _ caller: Proto.WhoAmIResponse) -> DoctorLine {
        guard caller.serverVersion != facts.clientVersion else {
            return .ok("version", "both are \(facts.clientVersion)")
        }
        return .warn(
            "version", "client \(facts.clientVersion), daemon \(caller.serverVersion)",
            "install both from one package, then systemctl restart reviewpackd")
    }

    private static func protocols(_ facts: DoctorFacts) -> DoctorLine {
        if case .refused(let error) = facts.diagnostics {
            if case .remote(let failure) = error, failure.reason == .unknownMethod {
                return .fail(
                    "protocol", "the daemon does not know every call of this client",
                    "it is older: systemctl restart reviewpackd after the upgrade")
            }
            if case .protocolViolation = error { return .fail("protocol", error.summary, error.advice) }
        }
        return .ok("protocol", "reviewpack.v1 over ttrpc, answers are understood")
    }

    // MARK: - What the daemon alone knows

    static let storageNames = [
        "schema", "durability", "sqlite", "disk", "inodes", "reserve", "state-directory", "token-keys", "audit",
    ]

    static func storage(_ facts: DoctorFacts) -> [DoctorLine] {
        switch facts.diagnostics {
        case .given(let found):
            return [
                schema(found), durability(found), sqlite(found), disk(found), inodes(found), reserve(found),
                stateDirectory(found), tokenKeys(found), audit(found),
            ]
        case .refused(.remote(let failure)) where failure.code == .permissionDenied:
            return storageNames.map { .skip($0, "needs an administrator") }
        case .refused(let error): return storageNames.map { .skip($0, "the daemon did not say: \(error.summary)") }
        case .notAsked: return storageNames.map { .skip($0, "needs the daemon") }
        }
    }

    private static func schema(_ found: Proto.GetDiagnosticsResponse) -> DoctorLine {
        guard found.schemaVersion != found.schemaExpected else { return .ok("schema", found.schemaVersion) }
        return .fail(
            "schema", "the database is at \(found.schemaVersion), the daemon expects \(found.schemaExpected)",
            "restart the daemon of the version that you installed; an older one cannot use a newer database")
    }

    private static func durability(_ found: Proto.GetDiagnosticsResponse) -> DoctorLine {
        let wrong = found.databaseSettings.filter { $0.value != $0.expected }
        guard !found.databaseSettings.isEmpty, wrong.isEmpty else {
            let words = wrong.map { "\($0.name) = \($0.value), not \($0.expected)" }.joined(separator: "; ")
            return .fail(
                "durability", words.isEmpty ? "the daemon names no settings" : words,
                "a commit may be lost on a power cut: restart the daemon, and report this")
        }
        return .ok(
            "durability",
            found.databaseSettings.map { "\($0.name) \($0.name == "synchronous" ? "FULL" : $0.value)" }
                .joined(separator: ", "))
    }

    private static func sqlite(_ found: Proto.GetDiagnosticsResponse) -> DoctorLine {
        .ok("sqlite", found.sqliteVersion)
    }

    private static func disk(_ found: Proto.GetDiagnosticsResponse) -> DoctorLine {
        let text = "\(ByteCount.text(found.diskFreeBytes)) free of \(ByteCount.text(found.diskBytes))"
        let advice = "free some: reviewpackctl prune, shorter retention_days, or a larger disk"
        if found.diskFreeBytes < max(64 << 20, found.reserveExpectedBytes) { return .fail("disk", text, advice) }
        // A backup and VACUUM write the database once more beside itself.
        if found.diskFreeBytes < max(512 << 20, found.databaseBytes.multipliedClamped(by: 2)) {
            return .warn("disk", text, advice)
        }
        return .ok("disk", text)
    }

    private static func inodes(_ found: Proto.GetDiagnosticsResponse) -> DoctorLine {
        guard found.inodes > 0 else { return .ok("inodes", "the file system does not count them") }
        let text = "\(found.freeInodes) free of \(found.inodes)"
        let advice = "remove small files from the file system of \(found.stateDirectory)"
        if found.freeInodes == 0 { return .fail("inodes", text, advice) }
        return found.freeInodes < 1000 ? .warn("inodes", text, advice) : .ok("inodes", text)
    }

    private static func reserve(_ found: Proto.GetDiagnosticsResponse) -> DoctorLine {
        guard found.reserveExpectedBytes > 0 else { return .ok("reserve", "none wanted (reserve_mib is 0)") }
        guard found.reserveBytes < found.reserveExpectedBytes else {
            return .ok("reserve", "\(ByteCount.text(found.reserveBytes)) set aside")
        }
        return .warn(
            "reserve",
            "\(ByteCount.text(found.reserveBytes)) of \(ByteCount.text(found.reserveExpectedBytes)) set aside",
            "there was no room for it: free some; it is set aside again with the next write, or start")
    }

    private static func stateDirectory(_ found: Proto.GetDiagnosticsResponse) -> DoctorLine {
        let text = "\(found.stateDirectory) of uid \(found.stateUID), mode \(octal(found.stateMode))"
        if found.stateUID != found.daemonUID {
            return .fail("state-directory", text, "give it back to the daemon: chown -R it to uid \(found.daemonUID)")
        }
        if found.stateMode & 0o066 != 0 {
            return .fail("state-directory", text, "close it to others: chmod go-rw '\(found.stateDirectory)'")
        }
        return .ok("state-directory", text)
    }

    private static func tokenKeys(_ found: Proto.GetDiagnosticsResponse) -> DoctorLine {
        guard let signing = found.tokenKeys.last, let created = signing.createdAt, let now = found.at else {
            return .fail("token-keys", "there is no key", "make one: reviewpackd keys rotate, then restart the daemon")
        }
        let days = (now.rawValue - created.rawValue) / 86_400_000
        let text = "\(found.tokenKeys.count) in force, \(signing.id) signs and is \(days) days old"
        if created > now { return .warn("token-keys", text, "its time is in the future: look at the clock") }
        return days >= 365
            ? .warn("token-keys", text, "rotate them: reviewpackd keys rotate (OPERATIONS.md, Token keys)")
            : .ok("token-keys", text)
    }

    private static func audit(_ found: Proto.GetDiagnosticsResponse) -> DoctorLine {
        guard found.auditHeadMatches else {
            return .fail(
                "audit", "the newest of \(found.auditEvents) events is not the one that the head names",
                "keep the state as it is, and run: reviewpackctl audit verify")
        }
        let head = Hex.encode(found.auditHeadHash).prefix(16)
        return .ok("audit", "\(found.auditEvents) events, the head is \(head)...")
    }

    static func octal(_ mode: UInt32) -> String {
        let digits = String(mode & 0o7777, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
