import Foundation
import ReviewPackClient

/// A state directory with a tenant, evidence, a ready pack, an expired one and a token, and a second tenant with a
/// ready pack that nothing touches; made once and copied as often as wanted.
package struct PreparedState: Sendable {
    private let folder: ScratchFolder
    package let ledger: TenantLedger
    /// Of the tenant whose pack must be there whatever happens to the first one.
    package let bystander: TenantLedger

    /// Makes it with a daemon of its own, which is then killed.
    package static func make(daemon program: String, seed: UInt64) async throws -> PreparedState {
        let folder = try ScratchFolder()
        var generator = SeededGenerator(seed: seed)
        let daemon = try DaemonProcess(program: program, folder: folder.path, settings: crashSettings)
        defer {
            daemon.signal(SIGKILL)
            _ = daemon.wait()
        }
        let client = try await daemon.serving()
        _ = try await client.createWorkspace(name: TenantClient.workspace)
        let tenant = TenantClient(client, TenantLedger(externalID: generator.uuid()))
        try await tenant.take(.create(name: "Tenant"))
        try await tenant.take(.findings(requestID: generator.uuid(), numbers: 0..<9))
        try await tenant.take(.report(requestID: generator.uuid(), text: #"{"applications":[]}"#))
        try await tenant.generatePack(requestID: generator.uuid(), includePII: true)
        for pack in tenant.ledger.ready { try await tenant.take(.expire(pack.id)) }
        try await tenant.generatePack(requestID: generator.uuid(), includePII: false)
        for pack in tenant.ledger.ready { try await tenant.take(.token(pack.id)) }
        let bystander = TenantClient(client, TenantLedger(externalID: generator.uuid()))
        try await bystander.take(.create(name: "Bystander"))
        try await bystander.take(.findings(requestID: generator.uuid(), numbers: 0..<3))
        try await bystander.take(.grant("reader"))
        try await bystander.generatePack(requestID: generator.uuid(), includePII: true)
        for pack in bystander.ledger.ready { try await bystander.take(.token(pack.id)) }
        await client.close()
        return PreparedState(folder: folder, ledger: tenant.ledger, bystander: bystander.ledger)
    }

    /// A copy with the same modes.
    package func copy() throws -> ScratchFolder {
        let copy = try ScratchFolder()
        let program = Process()
        program.executableURL = URL(fileURLWithPath: "/bin/cp")
        program.arguments = ["-a", DaemonProcess.state(folder.path), DaemonProcess.state(copy.path)]
        try program.run()
        program.waitUntilExit()
        guard program.terminationStatus == 0 else { throw POSIXError(.EIO) }
        return copy
    }
}

extension TenantClient {
    /// Generates a pack to its end.
    package func generatePack(requestID: String, includePII: Bool) async throws {
        try await take(.generate(requestID: requestID, includePII: includePII))
        if let active = ledger.active.first { try await take(.watch(active)) }
    }
}
