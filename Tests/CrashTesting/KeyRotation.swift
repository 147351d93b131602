import Foundation
import ReviewPackClient

/// Lets each call of `reviewpackd keys rotate` on its files fail in turn, or be its last.
///
/// Whatever happens, the file holds the old key, tokens that it signed still open their packs, and the next rotation
/// works. One that says that it worked has added a key.
package struct KeyRotation: Sendable {
    package var daemon: String
    package var interposer: String

    package init(daemon: String, interposer: String) {
        self.daemon = daemon
        self.interposer = interposer
    }

    /// Returns the names of the calls that had their turn. Throws a `Violation` that names the call.
    package func run(_ fault: FaultSweep.Fault, on state: PreparedState) async throws -> [String] {
        var calls: [String] = []
        while true {
            let number = calls.count + 1
            let folder = try state.copy()
            let before = try keys(folder)
            do {
                let rotation = try rotate(folder, ["FAULT_FAIL": "\(number):\(fault.text)"])
                guard let call = try FaultLog(path: folder.path + "/calls").call(number) else { return calls }
                calls.append(call)
                try await verify(rotation, fault, folder, state, before)
            } catch {
                throw Violation("\(fault) at call \(number) of a rotation, \(calls.last ?? "?"): \(error)")
            }
        }
    }

    private func verify(
        _ rotation: Ended, _ fault: FaultSweep.Fault, _ folder: ScratchFolder, _ state: PreparedState,
        _ before: [String]
    ) async throws {
        if fault.kills, rotation.end != .signalled(SIGKILL) { throw Violation("it ended as \(rotation.end)") }
        if case .signalled = rotation.end, !fault.kills { throw Violation("it crashed: \(rotation.end)") }
        let after = try keys(folder)
        guard after.starts(with: before), after.count <= before.count + 1 else {
            throw Violation("the keys \(before) became \(after)")
        }
        if rotation.end == .exited(0), after.count == before.count { throw Violation("no key was added") }
        try await verifyTokens(folder, state)
        guard try rotate(folder, [:]).end == .exited(0), try keys(folder).count == after.count + 1 else {
            throw Violation("the next rotation did not work")
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: DaemonProcess.state(folder.path) + "/keys")
        guard names == ["token.keys"] else { throw Violation("keys/ holds \(names)") }
    }

    /// A daemon takes the keys, and tokens of before.
    private func verifyTokens(_ folder: ScratchFolder, _ state: PreparedState) async throws {
        let process = try DaemonProcess(program: daemon, folder: folder.path, settings: crashSettings)
        defer {
            process.signal(SIGKILL)
            _ = process.wait()
        }
        let client = try await process.serving()
        let tenant = TenantClient(client, state.bystander)
        for pack in state.bystander.readyPacks { try await tenant.take(.download(pack)) }
        await client.close()
    }

    private struct Ended {
        var end: DaemonProcess.End
        var output: String
    }

    private func rotate(_ folder: ScratchFolder, _ environment: [String: String]) throws -> Ended {
        let faults = [
            "LD_PRELOAD": interposer, "FAULT_ROOT": DaemonProcess.state(folder.path),
            "FAULT_LOG": folder.path + "/calls",
        ]
        return try run(["keys", "rotate"], folder, environment.isEmpty ? [:] : faults.merging(environment) { $1 })
    }

    /// The ids of the keys, oldest first.
    private func keys(_ folder: ScratchFolder) throws -> [String] {
        let list = try run(["keys", "list"], folder, [:])
        guard list.end == .exited(0) else { throw Violation("the keys cannot be listed: \(list.output)") }
        return list.output.split(separator: "\n").map { String($0.prefix { $0 != " " }) }
    }

    private func run(_ arguments: [String], _ folder: ScratchFolder, _ environment: [String: String]) throws -> Ended {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: daemon)
        process.arguments = arguments + ["--state-dir", DaemonProcess.state(folder.path)]
        process.environment = ["PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"].merging(environment) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let status = process.terminationStatus
        return Ended(
            end: process.terminationReason == .exit ? .exited(status) : .signalled(status),
            output: String(decoding: bytes, as: UTF8.self))
    }
}
