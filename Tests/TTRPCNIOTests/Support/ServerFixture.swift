import Glibc
import Logging
import TTRPC
import Testing

@testable import TTRPCNIO

/// A folder of one test, removed with what is in it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/ttrpc-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { mkdtemp($0) != nil } ?? false
        }
        try #require(made)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Where a test's socket goes.
    var socket: String { path + "/s" }

    var names: [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    deinit {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }
}

let quiet: Logger = {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
}()

/// Runs `body` beside a server of `EchoHandler`, which is drained afterwards.
func withServer(
    _ configuration: ServerConfiguration = ServerConfiguration(), handler: EchoHandler = EchoHandler(),
    _ body: (TTRPCServer, String) async throws -> Void
) async throws {
    let folder = try TemporaryFolder()
    let server = try await TTRPCServer.start(
        on: .bind(path: folder.socket, mode: 0o600, group: nil), configuration: configuration, handler: handler,
        logger: quiet)
    let result: Result<Void, any Error>
    do {
        result = .success(try await body(server, folder.socket))
    } catch {
        result = .failure(error)
    }
    handler.release.fire()
    await server.drain(deadline: .seconds(10))
    try result.get()
}

extension ServerConfiguration {
    /// The defaults with a change.
    static func with(_ change: (inout ServerConfiguration) -> Void) -> ServerConfiguration {
        var configuration = ServerConfiguration()
        change(&configuration)
        return configuration
    }
}

extension TTRPCClient {
    func echo(_ bytes: [UInt8]) async throws -> [UInt8] {
        try await unary(service: EchoHandler.service, method: "Echo", request: bytes)
    }
}

/// The failure that `body` throws, which must be a status.
func failure(_ body: () async throws -> some Any) async -> RPCFailure? {
    do {
        let value = try await body()
        Issue.record("expected a failure, got \(value)")
    } catch let failure as RPCFailure {
        return failure
    } catch {
        Issue.record("expected a status, got \(error)")
    }
    return nil
}
