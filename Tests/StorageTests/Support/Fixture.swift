import Foundation
import Testing

@testable import Storage

/// The state directory that the first version of the schema left (Tests/Fixtures/state-0001, whose `make` says what is
/// in it).
final class FirstState {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/state-0001").path

    /// The folder that holds `state`.
    let path: String
    var statePath: String { path + "/state" }

    init() throws {
        path = NSTemporaryDirectory() + "rp-first-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let tar = try Process.run(
            URL(filePath: "/usr/bin/tar"), arguments: ["-xzf", Self.folder + "/state.tar.gz", "-C", path])
        tar.waitUntilExit()
        try #require(tar.terminationStatus == 0)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Opened by this version; every migration since has run. The clock stands on 1 March 2026.
    func opened() throws -> TestStore { try TestStore(crashedIn: statePath) }

    static let contoso = "7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b10"
    static let renamed = "7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b20"
    static let poisoned = "7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b30"
}
