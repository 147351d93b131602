import Foundation

@testable import Daemon

/// A folder of its own for one test, removed with the value.
final class Scratch: Sendable {
    let path: String

    init() {
        let base = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        var template = Array("\(base)/rpd.XXXXXX".utf8CString)
        path = mkdtemp(&template).map { String(cString: $0) } ?? ""
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    @discardableResult
    func write(_ name: String, _ text: String, mode: mode_t = 0o600) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
        chmod(file(name), mode)
        return file(name)
    }

    func read(_ name: String) throws -> String { try String(contentsOfFile: file(name), encoding: .utf8) }

    func mode(of name: String) -> mode_t {
        var status = stat()
        return lstat(file(name), &status) == 0 ? status.st_mode & 0o7777 : 0
    }
}

/// The settings that a file's text, an environment and flags give; groups are a fixed few.
func load(
    _ text: String? = nil, environment: [String: String] = [:], flags: [(name: String, value: String)] = []
) throws(SettingsError) -> LoadedSettings {
    let scratch = Scratch()
    var path: String?
    if let text { path = try? scratch.write("conf.yaml", text) }
    var loader = SettingsLoader(
        configFlag: path, environment: environment, flags: flags,
        groups: { ["ops": 990, "auditors": 991][$0] })
    if text == nil { loader.file = .none }
    do {
        return try loader.load()
    } catch {
        // The folder's name is of no interest.
        throw SettingsError(
            error.problems.map { problem in
                guard case .file(_, let line) = problem.origin else { return problem }
                return SettingsProblem(.file("conf.yaml", line: line), key: problem.key, problem.message)
            })
    }
}

/// The problems as the operator sees them.
func problems(
    _ text: String? = nil, environment: [String: String] = [:], flags: [(name: String, value: String)] = []
) -> [String] {
    do {
        _ = try load(text, environment: environment, flags: flags)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}
