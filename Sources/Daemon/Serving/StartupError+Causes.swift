import Domain
import ExitCodes
import Storage
import TTRPCNIO

// What a person can do about each thing that stops a start.

extension StartupError {
    init(_ error: SettingsError) {
        let first = error.problems.first.map { "\($0)" } ?? "the configuration is wrong"
        let more = error.problems.count - 1
        self.init(
            more > 0 ? "\(first) (and \(more) more)" : first,
            remedy: "correct it; `reviewpackd config check` lists every problem with what is legal",
            exit: .configuration)
    }

    init(_ error: StateError) {
        let remedy: String
        let exit: ExitStatus
        switch error.reason {
        case .heldByAnotherDaemon:
            (remedy, exit) = ("stop the other daemon, or give this one a --state-dir of its own", .unavailable)
        case .notADirectory, .symbolicLink:
            (remedy, exit) = ("name a directory, or a place for a new one, with --state-dir", .cannotCreate)
        case .parentMissing:
            (remedy, exit) = ("make the directory above it first, or name another with --state-dir", .cannotCreate)
        case .readOnly:
            (remedy, exit) = ("name a place on a writable file system with --state-dir", .cannotCreate)
        case .notPermitted:
            (remedy, exit) = (
                "run this as a user who may use the path, or name another with --state-dir", .noPermission
            )
        case .foreignOwner:
            (remedy, exit) = ("run the daemon as the directory's owner, or change the owner (chown -R)", .noPermission)
        case .writableByOthers:
            (remedy, exit) = ("take the right to write away from others (chmod go-w)", .noPermission)
        case .newerSchema:
            (remedy, exit) = ("install the newer reviewpackd again; data is never converted back", .badData)
        case .clockBehind:
            (remedy, exit) = (
                "set the clock right and start again; if it is right, let the version before run with it for a day",
                .unavailable
            )
        case .notOurs: (remedy, exit) = ("name the right --state-dir, or move the foreign file away", .badData)
        case .damaged: (remedy, exit) = ("restore the state directory from a backup", .badData)
        case .io:
            (remedy, exit) = ("check that the disk has room and works", .io)
        }
        self.init(error.message, remedy: remedy, exit: exit)
    }

    /// What ends the recovery of a state whose database could be opened.
    init(_ error: ProductError) {
        let remedy: String
        let exit: ExitStatus
        switch error.reason {
        case .databaseDamaged, .auditBroken:
            (remedy, exit) = ("restore the state directory from a backup", .badData)
        case .storageFull, .ioError: (remedy, exit) = ("check that the disk has room and works", .io)
        default:
            (remedy, exit) = ("the log above has the details; report it if it recurs", error.reason.exit)
        }
        self.init("cannot start: \(error.message)", remedy: remedy, exit: exit)
    }

    init(_ error: SocketError) {
        let exit: ExitStatus =
            switch error {
            case .invalidPath, .pathTooLong, .abstractAddress: .configuration
            case .addressInUse: .unavailable
            case .notASocket, .foreignSocket, .unsuitableDescriptor, .systemCall: .cannotCreate
            }
        self.init(
            "cannot listen: \(error)", remedy: "correct that, or name another socket with --socket", exit: exit)
    }

    /// Whatever else stops a start.
    init(starting error: any Error) {
        switch error {
        case let error as StartupError: self = error
        case let error as SettingsError: self.init(error)
        case let error as StateError: self.init(error)
        case let error as SocketError: self.init(error)
        case let error as ProductError: self.init(error)
        default:
            self.init(
                "cannot start: \(error)", remedy: "the log above has the details; report it if it recurs",
                exit: .software)
        }
    }
}
