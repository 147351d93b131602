import Foundation
import Testing

@Suite
struct ScriptTests {
    @Test("without a Swift toolchain the commands say where to get one", arguments: ["demo", "test", "bench", "fuzz"])
    func noToolchain(script: String) async throws {
        let scratch = try Scratch()
        // A PATH with everything of the system but swift.
        for folder in ["/usr/bin", "/bin"] {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name != "swift" {
                try? FileManager.default.createSymbolicLink(
                    atPath: scratch.file(name), withDestinationPath: folder + "/" + name)
            }
        }
        let result = try await run(
            "/bin/bash", ["\(Programs.project)/scripts/\(script)"], environment: ["PATH": scratch.path])
        #expect(result.exit == 69, "\(result)")
        #expect(result.errors.contains("swift.org/install"), "\(result)")
    }

    @Test("fuzzing refuses targets that there are not, and times that are none")
    func fuzzArguments() async throws {
        let fuzz = "\(Programs.project)/scripts/fuzz"
        let unknown = try await run("/bin/bash", [fuzz, "surprise"])
        #expect(unknown.exit == 64 && unknown.errors.contains("frames messages tokens json zip"), "\(unknown)")
        #expect(try await run("/bin/bash", [fuzz, "frames", "0"]).exit == 64)
    }

    @Test("the demo refuses options that it does not know and files that it cannot read")
    func demoArguments() async throws {
        let demo = "\(Programs.project)/scripts/demo"
        #expect(try await run("/bin/bash", [demo, "--surprise"]).exit == 64)
        #expect(try await run("/bin/bash", [demo, "/nonexistent.json"]).exit == 66)
    }
}
