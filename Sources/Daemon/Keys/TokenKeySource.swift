package import Domain
import Glibc
import Storage

/// Where the download token keys come from: the service manager's credential, else `keys/` of the state directory.
package struct TokenKeySource: Sendable {
    private let credentialsDirectory: String?
    private let ownDirectory: String
    private let clock: WallClock

    package init(environment: [String: String], stateDirectory: String, clock: @escaping WallClock) {
        credentialsDirectory = environment["CREDENTIALS_DIRECTORY"]
        ownDirectory = stateDirectory + "/keys"
        self.clock = clock
    }

    /// Reads the keys in force; makes the state directory's on the first start.
    package func load() throws(StartupError) -> TokenKeys {
        if let credentialsDirectory, !credentialsDirectory.isEmpty,
            let keys = try KeyDirectory(path: credentialsDirectory, creating: false).read(.credential)
        {
            return keys
        }
        let directory = try KeyDirectory(path: ownDirectory, creating: true)
        if let keys = try directory.read(.own) { return keys }
        try directory.lock()
        // Somebody who held the lock may have made them.
        if let keys = try directory.read(.own) { return keys }
        let keys = TokenKeys.first(at: clock())
        try directory.replace(with: keys)
        return keys
    }
}
