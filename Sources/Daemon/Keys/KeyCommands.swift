package import Domain
import ExitCodes
import Glibc
import Storage

/// `reviewpackd keys list` and `keys rotate`: they work on the file, whether or not a daemon runs.
package struct KeyCommands: Sendable {
    /// The file that the package makes and the unit hands over as a credential.
    package static let packagedFile = "/etc/reviewpack/token.keys"

    private let directory: String
    /// Whether the file is one that the service manager copies when it starts the daemon.
    private let isCredential: Bool
    private let clock: WallClock

    /// - Parameters:
    ///   - file: the value of `--key-file`. Without it, it is the package's file when it exists and no state directory
    ///     was given, else the state directory's.
    ///   - packagedFile: tests name another.
    package init(
        file: String?, settings: Settings, clock: @escaping WallClock, packagedFile: String = KeyCommands.packagedFile
    ) throws(StartupError) {
        self.clock = clock
        let chosen = file ?? (settings.stateDir.isEmpty && access(packagedFile, F_OK) == 0 ? packagedFile : nil)
        guard let chosen else {
            directory = settings.stateDirectory + "/keys"
            isCredential = false
            return
        }
        let parts = chosen.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.last == Substring(KeyDirectory.fileName) else {
            throw StartupError(
                "\(chosen) is not named \(KeyDirectory.fileName)", remedy: "give the key file its usual name",
                exit: .usage)
        }
        let parent = parts.dropLast().joined(separator: "/")
        directory = parts.count == 1 ? "." : parent.isEmpty ? "/" : parent
        isCredential = true
    }

    var place: String { "\(directory)/\(KeyDirectory.fileName)" }

    /// A line for each key, oldest first: its id, when it was made, and whether it signs. No secrets.
    package func list() throws(StartupError) -> String {
        guard let keys = try KeyDirectory(path: directory, creating: false).read(.own) else {
            throw StartupError(
                "there is no \(place)", remedy: "start the daemon once, or run `reviewpackd keys rotate`",
                exit: .noInput)
        }
        return keys.keys.enumerated().map { index, key in
            "\(key.name)  \(key.createdAt)  \(index == keys.keys.count - 1 ? "signs and verifies" : "verifies")\n"
        }.joined()
    }

    /// Adds a key that signs from the next reload on, drops those that no living token can carry, and says how to put
    /// it in force.
    ///
    /// - Parameter revoke: drop every old key, whatever its date; all tokens handed out so far end with the reload, and
    ///   with them the downloads that are under way.
    package func rotate(tokenTTLMinutes: Int, revoke: Bool) throws(StartupError) -> String {
        let directory = try KeyDirectory(path: directory, creating: !isCredential)
        try directory.lock()
        let old = try directory.read(.own)
        let new: TokenKeys
        do throws(StartupError) {
            if let old, !revoke {
                new = try old.rotated(at: clock(), overlapMilliseconds: Int64(tokenTTLMinutes) * 60_000)
            } else {
                // Not by date: a key that a clock ahead dated must not outlive this.
                new = TokenKeys.first(at: clock())
            }
        } catch {
            throw StartupError(
                "cannot rotate the keys: \(error.what)", remedy: "remove old keys from \(place)", exit: .badData)
        }
        try directory.replace(with: new)
        let dropped = (old?.keys.count ?? 0) + 1 - new.keys.count
        let signing = new.keys.last?.name ?? ""
        return """
            key \(signing) added to \(place), \(dropped) old removed, \(new.keys.count) in the file
            it signs new tokens after \(isCredential ? Self.byRestart : Self.byReload)

            """
    }

    private static let byReload = "`systemctl reload reviewpackd`, or SIGHUP to the daemon"
    private static let byRestart =
        "`systemctl restart reviewpackd`: the service manager copies the file when it starts the daemon"
}
