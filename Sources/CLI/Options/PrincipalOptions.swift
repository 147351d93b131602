import ArgumentParser
import Domain
import ReviewPackAPI
import ReviewPackClient

/// Whom a binding names: exactly one of three. Names become numbers here; the wire carries no names.
struct PrincipalOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A local user, by name or uid.", valueName: "name"))
    var user: String?

    @Option(help: ArgumentHelp("A local group, by name or gid.", valueName: "name"))
    var group: String?

    @Option(help: ArgumentHelp("A person known only to a local service.", valueName: "text"))
    var subject: String?

    func validate() throws {
        guard [user, group, subject].compactMap({ $0 }).count == 1 else {
            throw ValidationError("give exactly one of --user, --group and --subject")
        }
    }

    func principal(_ accounts: AccountDatabase) throws(ClientError) -> Proto.Principal.Kind {
        if let user { return .uid(try Self.uid(of: user, accounts)) }
        if let group {
            guard let gid = accounts.gid(group) ?? UInt32(group) else { throw Self.unknown("group", group, "group") }
            return .gid(gid)
        }
        guard let subject, Principal.isValidSubject(subject) else {
            throw .usage(
                "a subject is 1 to 256 bytes without control characters or spaces around it",
                advice: "give the name as the local service sends it")
        }
        return .subject(subject)
    }

    /// The number of a local user that is given by name or number.
    static func uid(of user: String, _ accounts: AccountDatabase) throws(ClientError) -> UInt32 {
        guard let uid = accounts.uid(user) ?? UInt32(user) else { throw unknown("user", user, "passwd") }
        return uid
    }

    private static func unknown(_ kind: String, _ name: String, _ database: String) -> ClientError {
        .usage(
            "this machine has no \(kind) \(name.debugDescription)", advice: "`getent \(database)` lists those it has")
    }
}
