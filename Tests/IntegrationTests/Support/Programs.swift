import Foundation
import Testing

/// The programs under test, copied to a folder that every user of the machine can reach.
///
/// `REVIEWPACK_PROGRAMS` names a folder whose programs are taken instead of those that were built with the tests: times
/// are worth something for a release build alone.
enum Programs {
    static let daemon = folder + "/reviewpackd"
    static let client = folder + "/reviewpackctl"
    static let probe = folder + "/CallProbe"
    static let crashLoop = folder + "/CrashLoop"
    static let faultDaemon = folder + "/FaultDaemon"

    /// Made once for all tests, removed when the test process ends.
    static let folder: String = {
        do {
            let folder = try makeTemporaryFolder(mode: 0o755)
            // By another process: a program cannot be executed while somebody has it open for writing, and a child
            // that another test forks just then would.
            let programs = ["reviewpackd", "reviewpackctl", "CallProbe", "CrashLoop", "FaultDaemon"].map {
                program($0)
            }
            let copying = try Process.run(URL(fileURLWithPath: "/bin/cp"), arguments: programs + [folder])
            copying.waitUntilExit()
            guard copying.terminationStatus == 0 else { throw CocoaError(.fileReadNoSuchFile) }
            removedAtExit = folder
            atexit { try? FileManager.default.removeItem(atPath: removedAtExit) }
            return folder
        } catch {
            fatalError("the programs under test are not where the build leaves them: \(error)")
        }
    }()

    private static func program(_ name: String) -> String {
        let other = ProcessInfo.processInfo.environment["REVIEWPACK_PROGRAMS"].map { $0 + "/" + name }
        guard let other, FileManager.default.isExecutableFile(atPath: other) else { return buildFolder + "/" + name }
        return other
    }

    nonisolated(unsafe) private static var removedAtExit = ""

    /// Where the build leaves its products: the folder of the test bundle, which is this process or its argument.
    private static let buildFolder: String = {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: bundle).resolvingSymlinksInPath().deletingLastPathComponent().path
    }()

    /// The project's own folder.
    static let project: String = {
        var url = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { url.deleteLastPathComponent() }
        return url.path
    }()

    static let examples = project + "/Examples"

    /// The path of a program of the system, or nil where it is not installed.
    static func installed(_ name: String) -> String? {
        ["/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"].map { $0 + name }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}

/// A new folder with a short path, because a Unix socket's path has at most 107 bytes.
func makeTemporaryFolder(mode: mode_t) throws -> String {
    var template = Array("/tmp/rp.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    guard chmod(path, mode) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    return path
}

/// A folder of one test, with everything in it removed at the end.
final class Scratch: Sendable {
    let path: String

    init() throws { path = try makeTemporaryFolder(mode: 0o755) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    /// Writes a file that everybody can read, and returns its path.
    @discardableResult
    func write(_ name: String, _ content: some Sequence<UInt8>) throws -> String {
        let path = file(name)
        try Data(content).write(to: URL(fileURLWithPath: path))
        guard chmod(path, 0o644) == 0 else { throw POSIXError(.EACCES) }
        return path
    }

    @discardableResult
    func write(_ name: String, _ content: String) throws -> String { try write(name, content.utf8) }

    func names(in folder: String = "") -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: path + "/" + folder).sorted()) ?? []
    }
}

func contents(of path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }
