import Domain
import Evidence
import Generation
import Glibc
import PackFormat
import ZipArchive

/// A pack rendered into an unnamed file, with its members as text.
struct RenderingFixture {
    var pack: RenderedPack
    var archive: [UInt8]
    var members: [String: String]

    subscript(_ file: PackFile) -> String { members[file.name] ?? "" }

    static let identity = PackIdentity(
        packID: PackID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0010),
        operationRunID: OperationRunID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0020),
        options: PackOptions(), initiator: "user:alice", generatedAt: UnixMillis(1_772_500_000_000),
        expiresAt: UnixMillis(1_772_500_000_000).advanced(byDays: 90), operationsWindowDays: 30,
        generatorVersion: "0.1.0")

    static func identity(includePII: Bool = true, includeOperations: Bool = true) -> PackIdentity {
        var identity = identity
        identity.options = PackOptions(includePII: includePII, includeOperations: includeOperations)
        return identity
    }

    static func render(
        _ evidence: EvidenceFixture, as identity: PackIdentity = identity, threads: Int = 2,
        control: RenderControl = RenderControl()
    ) throws -> RenderingFixture {
        try render(evidence, as: identity, with: renderer(threads: threads), control: control)
    }

    static func renderer(threads: Int = 2) -> PackRenderer {
        PackRenderer(compressionThreads: threads, spoolDirectory: "/tmp")
    }

    static func render(
        _ evidence: EvidenceFixture, as identity: PackIdentity, with renderer: PackRenderer,
        control: RenderControl = RenderControl()
    ) throws -> RenderingFixture {
        try withUnnamedFile { file in
            let pack = try renderer.render(evidence, as: identity, to: file, control: control)
            return try RenderingFixture(pack, in: file)
        }
    }

    init(_ pack: RenderedPack, in file: Int32) throws {
        self.pack = pack
        archive = [UInt8](repeating: 0, count: Int(lseek(file, 0, SEEK_END)))
        _ = archive.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, 0) }
        let zip = try ZipReader(descriptor: file, limits: .standard)
        members = [:]
        for entry in zip.entries {
            members[entry.name] = String(decoding: try zip.contents(of: entry, atMost: 1 << 26), as: UTF8.self)
        }
    }

    static func withUnnamedFile<Result>(_ body: (Int32) throws -> Result) throws -> Result {
        guard let stream = tmpfile() else { throw Unusable() }
        defer { fclose(stream) }
        return try body(fileno(stream))
    }

    struct Unusable: Error {}
}

extension PackRenderer {
    /// Renders evidence that is at hand.
    func render(
        _ evidence: some TenantEvidence, as identity: PackIdentity, to file: Int32, control: RenderControl
    ) throws(RenderError) -> RenderedPack {
        try render(as: identity, to: file, control: control) { try $0(evidence) }
    }
}
