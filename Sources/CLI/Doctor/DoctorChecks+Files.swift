import Domain
import ReviewPackClient

// The files of /etc/reviewpack, as far as the caller may look at them.
extension DoctorChecks {
    static func files(_ facts: DoctorFacts) -> [DoctorLine] {
        [settingsFile(facts.settingsFile), keyFile(facts.keyFile)]
            + ReportType.allCases.compactMap { type in facts.collectors[type].map { collector(type, $0) } }
    }

    private static func settingsFile(_ file: FileFacts) -> DoctorLine {
        switch file.state {
        case .absent: return .ok("settings-file", "\(file.path) is not there, every setting has its default")
        case .unknown(let errno): return .skip("settings-file", "\(file.path): \(ClientError.words(errno: errno))")
        case .there(let mode, let uid, _):
            let text = "\(file.path) of uid \(uid), mode \(octal(mode))"
            // Whether an owner who is not root is the daemon's user, the daemon alone knows.
            switch PathTrust.fault(mode: mode, owner: uid, trusted: [0]) {
            case .owner:
                return .warn(
                    "settings-file", text,
                    "whoever owns it can name administrators: chown root \(file.path), unless it is the daemon's user")
            case .writable:
                return .fail("settings-file", text, "the daemon does not start with it: chmod go-w \(file.path)")
            case nil: return .ok("settings-file", text)
            }
        }
    }

    private static func keyFile(_ file: FileFacts) -> DoctorLine {
        switch file.state {
        case .absent: return .skip("key-file", "\(file.path) is not there, the keys are in the state directory")
        case .unknown(let errno): return .skip("key-file", "\(file.path): \(ClientError.words(errno: errno))")
        case .there(let mode, let uid, _):
            let text = "\(file.path) of uid \(uid), mode \(octal(mode))"
            return mode & 0o077 == 0
                ? .ok("key-file", text)
                : .fail(
                    "key-file", text,
                    "chmod 0600 \(file.path), then reviewpackd keys rotate --revoke: others may have read it")
        }
    }

    private static func collector(_ type: ReportType, _ state: Machine.Collector) -> DoctorLine {
        let name = "collector-\(type.word)"
        switch state {
        case .usable: return .ok(name, "only root can change it")
        case .missing: return .skip(name, "there is none in \(CollectorFile.standardFolder), or you may not look")
        case .refused(let why):
            return .fail(name, why, "scan run refuses it: chown root and chmod go-w it and every folder above it")
        }
    }
}
