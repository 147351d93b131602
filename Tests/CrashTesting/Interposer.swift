import Foundation

/// The preloaded library of `Interposer/interposer.c`, compiled once for each process.
package enum Interposer {
    package struct NoCompiler: Error, CustomStringConvertible {
        package let description: String
    }

    /// Compiles it into `folder` and returns its path.
    package static func build(in folder: String) throws -> String {
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Interposer/interposer.c"
        let library = folder + "/interposer.so"
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments = ["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, source, "-ldl"]
        try compiler.run()
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else { throw NoCompiler(description: "cc cannot compile \(source)") }
        return library
    }
}

/// A new folder with a short path, because a Unix socket's path has at most 107 bytes; gone with this value.
package final class ScratchFolder: Sendable {
    package let path: String

    package init() throws {
        var template = Array("/tmp/rpc.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
