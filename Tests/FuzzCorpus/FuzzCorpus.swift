package import Foundation

/// What the fuzz targets of `scripts/fuzz` begin with: the inputs in `Tests/Fuzz` that are kept because they cover
/// something, or broke something once.
package enum FuzzCorpus {
    /// The files of a fuzz target, of which there is always one.
    package static func inputs(of target: String) throws -> [URL] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fuzz/\(target)")
        let inputs = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try inputs.isEmpty ? { throw CocoaError(.fileReadNoSuchFile) }() : inputs.sorted { $0.path < $1.path }
    }

    /// What an input breaks of `violation`'s properties, or nil.
    package static func replay(
        _ input: URL, _ violation: (UnsafeRawBufferPointer) throws -> String?
    ) throws -> String? {
        try Data(contentsOf: input).withUnsafeBytes(violation)
    }
}
