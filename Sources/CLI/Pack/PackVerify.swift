import ArgumentParser
import Bytes
import Domain
import PackFormat
import ReviewPackAPI
import ReviewPackClient
import ZipArchive

struct PackVerifyCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "verify",
        abstract: "Check a pack's file: structure, inner digests, and optionally the service's record.",
        arguments: "<file> [--sha256 <hex> | --pack <pack>]",
        discussion: """
            Alone it needs no service. Exits 65 when something does not hold, 66 when there is no such file.

            Examples:
              reviewpackctl verify pack.zip
              reviewpackctl verify pack.zip --pack 1a6f8b10
            """)

    @Argument(help: ArgumentHelp("The pack's file.", valueName: "file"), completion: .file())
    var file: String

    @Option(help: ArgumentHelp("Also compare the file's SHA-256 with this.", valueName: "hex"))
    var sha256: String?

    @Option(
        help: ArgumentHelp("Also compare the file with the service's record of this pack.", valueName: "pack"),
        completion: .packs())
    var pack: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if sha256 != nil, pack != nil { throw ValidationError("give --sha256 or --pack, not both") }
        if let sha256, Digest256(hex: sha256) == nil {
            throw ValidationError("--sha256 takes 64 hexadecimal digits")
        }
    }

    func run(in session: Session) async throws {
        let input = try InputFile(path: file)
        guard input.size != nil else {
            throw ClientError.fault(
                .noInput, "\(file) is no regular file", advice: "save the pack first: `download -O FILE`")
        }
        let digest = try Self.digest(of: input)
        var result = VerifyResult(
            path: file, level: pack != nil ? .record : sha256 != nil ? .digest : .inner, sha256: digest.sha256.hex,
            size: Int64(clamping: digest.size), report: PackVerifier.verify(descriptor: input.descriptor))
        // The descriptor is borrowed by the verifier.
        withExtendedLifetime(input) {}
        if let sha256, sha256.lowercased() != digest.sha256.hex {
            result.report.problems.insert("its SHA-256 is not the one given", at: 0)
        }
        if let pack { try await compare(with: pack, &result, session: session) }
        try session.print(result.rendering)
        guard result.report.problems.isEmpty else {
            throw ClientError.fault(
                .badData, "\(file) is not a sound review pack",
                advice: "download it again, and tell the operator when that does not help")
        }
    }

    private func compare(with pack: String, _ result: inout VerifyResult, session: Session) async throws {
        let record = try await session.withClient { client in
            try await client.pack(try await client.packID(pack)).pack
        }
        guard let recorded = record.sha256 else {
            throw ClientError.fault(
                Reason.packNotReady,
                "the service has no digest of pack \(record.id): it is \(record.status.word ?? "unknown")",
                advice: "compare with a pack that was ready")
        }
        if Hex.encode(recorded) != result.sha256 {
            result.report.problems.insert(
                "its SHA-256 is not the one in the service's record of pack \(record.id)", at: 0)
        }
        if let packID = result.report.packID, packID != record.id {
            result.report.problems.insert("it is pack \(packID), not \(record.id)", at: 0)
        }
    }

    private static func digest(of input: InputFile) throws(ClientError) -> FileDigest {
        do { return try FileDigest(descriptor: input.descriptor) } catch {
            throw .fault(.io, "cannot read \(input.path): \(error)", advice: "check the file and its disk")
        }
    }
}
