import Bytes
import Crypto
import Domain
import ExitCodes
import PackFormat
import ReviewPackAPI
import TestTags
import Testing

@testable import CLI

@Suite("verify", .tags(.commandLine, .packs))
struct VerifyTests {
    private let scratch = ScratchDirectory()

    @Test("a sound pack passes, and the result says that only inner digests were checked")
    func sound() async throws {
        let path = try PackBuilder().build(in: scratch)
        let service = FakeService()
        let result = await run("verify", path, service: service)
        #expect(result.status == .ok)
        #expect(service.calledMethods.isEmpty)
        let digest = SHA256.hash(data: try #require(fileBytes(path)))
        let hex = Hex.encode(Array(digest))
        expectGolden(
            "verify-sound",
            result.output.replacing(path, with: "PATH").replacing(hex, with: "SHA256"))
        let json = await run("verify", path, "-o", "json").output
        expectGolden("verify-sound-json", json.replacing(path, with: "PATH").replacing(hex, with: "SHA256"))
    }

    @Test("the digest that the caller gives is compared, in either case")
    func digest() async throws {
        let path = try PackBuilder().build(in: scratch)
        let hex = Hex.encode(Array(SHA256.hash(data: try #require(fileBytes(path)))))
        let right = await run("verify", path, "--sha256", hex.uppercased())
        #expect(right.status == .ok)
        #expect(right.output.contains("the SHA-256 that you gave"))
        let wrong = await run("verify", path, "--sha256", String(repeating: "0", count: 64))
        #expect(wrong.status == .badData)
        #expect(wrong.output.hasPrefix("Not a sound pack\n"))
    }

    @Test("the service's record is compared: digest and pack")
    func record() async throws {
        let path = try PackBuilder().build(in: scratch)
        let sums = Array(SHA256.hash(data: try #require(fileBytes(path))))
        let service = FakeService()
        service.on(Methods.reviewPackServiceGet) { request in
            var pack = Fixture.pack(.ready, id: request.id)
            pack.sha256 = sums
            return Proto.GetPackResponse(pack: pack)
        }
        let right = await run("verify", path, "--pack", Fixture.packID, service: service)
        #expect(right.status == .ok)
        #expect(right.output.contains("the service's record of the pack"))
        let other = await run("verify", path, "--pack", "0199f3a2-7b1c-7def-8123-000000000001", service: service)
        #expect(other.status == .badData)
        #expect(other.output.contains("it is pack \(Fixture.packID), not"))
    }

    static let faults: [(@Sendable (inout PackBuilder) -> Void, String)] = [
        ({ $0.wrongDigestOf = "hardening.json" }, "hardening.json: its SHA-256 is not the one in metadata.json"),
        ({ $0.statedRows = 3 }, "findings.csv: has 2 rows, metadata.json says otherwise"),
        ({ $0.findingsTotal = 3 }, "summary.json: its findings are not the 2 rows of findings.csv"),
        ({ $0.bySeverity = #"{"high":2}"# }, "summary.json: findings by_severity differ from findings.csv"),
        ({ $0.operationsTotal = 0 }, "summary.json: its operations are not the 1 row of operations.csv"),
        ({ $0.summaryTenant = Fixture.runID }, "summary.json: its tenant is not the one in metadata.json"),
        ({ $0.summaryTime = "2026-02-25T06:13:22Z" }, "summary.json: its time is not the one in metadata.json"),
        ({ $0.extra = ["notes.txt"] }, "not part of a pack: notes.txt"),
        ({ $0.reversed = true }, "the files are not in the order of a pack"),
        ({ $0.metadataSchema = "reviewpack.metadata/2" }, "metadata.json: its schema is not reviewpack.metadata/1"),
        ({ $0.firstFindingByte = 0xAB }, "findings.csv: it is not UTF-8"),
        ({ $0.hardening = #"{"schema":"x","present":false"# }, "hardening.json: line 1, column 30"),
        ({ $0.hardening = "" }, "hardening.json: line 1, column 1"),
        ({ $0.findings += "f3,too,short\r\n" }, "findings.csv: line 4 has another number of cells"),
        ({ $0.findings += "f3,\"open" }, "findings.csv: line 4 is not RFC 4180"),
        (
            { $0.findings = $0.findings.replacing("source_version", with: "version") },
            "its columns are not those of a pack"
        ),
        (
            { $0.operations = $0.operations.replacing(",imported", with: ",brought") },
            "its columns are not those of a pack"
        ),
    ]

    @Test("a pack that was made before runs were told to be imported is as good as a new one")
    func formerColumns() async throws {
        var builder = PackBuilder()
        builder.operations = builder.operations.replacing(",imported", with: "").replacing(",no\r\n", with: "\r\n")
        #expect(await run("verify", try builder.build(in: scratch)).status == .ok)
    }

    @Test("whatever does not hold is named, with exit 65", arguments: faults.indices)
    func spoiled(index: Int) async throws {
        var builder = PackBuilder()
        Self.faults[index].0(&builder)
        let result = await run("verify", try builder.build(in: scratch))
        #expect(result.status == .badData)
        #expect(result.output.contains(Self.faults[index].1))
        #expect(result.errors.split(separator: "\n").count == 2)
        #expect(!result.errors.contains(Self.faults[index].1), "what is wrong is printed once")
    }

    @Test(
        "a pack with one byte changed is refused wherever it is, unless that is a padding bit behind a deflate stream")
    func anyByte() throws {
        let path = try PackBuilder().build(in: scratch)
        let bytes = try #require(fileBytes(path))
        let sound = try inner(path)
        var accepted = 0
        for index in stride(from: 0, to: bytes.count, by: 3) {
            var changed = bytes
            changed[index] ^= 0x20
            let report = try inner(scratch.write("changed.zip", changed))
            guard report.problems.isEmpty else { continue }
            accepted += 1
            #expect(report.files == sound.files, "byte \(index)")
        }
        // At most one byte of each member has bits that mean nothing (RFC 1951, 3.2.3).
        #expect(accepted <= PackFile.allCases.count)
    }

    private func inner(_ path: String) throws -> PackReport {
        let file = try InputFile(path: path)
        return withExtendedLifetime(file) { PackVerifier.verify(descriptor: file.descriptor) }
    }

    @Test("a pack that was cut off is refused", arguments: [0, 1, 21, 22, 100, 500])
    func cutOff(length: Int) async throws {
        let bytes = try #require(fileBytes(try PackBuilder().build(in: scratch)))
        let result = await run("verify", scratch.write("cut.zip", Array(bytes.prefix(length))))
        #expect(result.status == .badData)
        #expect(result.output.hasPrefix("The file is cut off or is no review pack\n"))
    }

    @Test("without the file it ends with 66")
    func noFile() async {
        #expect(await run("verify", "\(scratch.path)/none.zip").status == .noInput)
        #expect(await run("verify", scratch.path).status == .noInput)
    }
}
