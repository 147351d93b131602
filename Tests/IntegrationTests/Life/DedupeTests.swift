import Domain
import Foundation
import ReviewPackAPI
import ReviewPackClient
import TestTags
import Testing

@Suite("Dedupe and regenerate, with real processes", .tags(.packs))
struct DedupeTests {
    @Test("the same inputs return the ready pack, with no new row and no new file; another option gives another")
    func reuse() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            try await daemon.importExamples()
            let first = try await daemon.generate()
            let files = try daemon.exportedFiles()
            for options in [[], ["--pii"], ["--regenerate", first["id"].string ?? "", "--yes"]] {
                let again = try await daemon.ctl(["generate", Scene.tenant, "-o", "json"] + options)
                    .succeeded().json()
                #expect(again["outcome"].string == "reused")
                #expect(again["pack"]["id"].string == first["id"].string)
            }
            #expect(try await daemon.ctl("list", "-o", "id").succeeded().lines.count == 1)
            #expect(try daemon.exportedFiles() == files)
            var fingerprints: Set<String?> = [first["fingerprint"].string]
            for options in [["--no-pii"], ["--no-operations"], ["--no-pii", "--no-operations"]] {
                let other = try await daemon.ctl(["generate", Scene.tenant, "--wait", "-o", "json"] + options)
                    .succeeded().json()
                fingerprints.insert(other["pack"]["fingerprint"].string)
            }
            #expect(fingerprints.count == 4)
        }
    }

    @Test("of fifty callers at once exactly one creates a pack, and the others learn which")
    func fifty() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant(findings: 5000)
            let answers = try await withThrowingTaskGroup(of: (created: Bool, pack: String?).self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        try await daemon.withClient { client in
                            do throws(ClientError) {
                                let response = try await client.generate(Proto.GenerateRequest(tenant: Scene.tenant))
                                return (response.outcome == .created, response.pack?.id)
                            } catch .remote(let failure) where failure.reason == .generationInProgress {
                                return (false, failure.metadata["pack"])
                            }
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0.created } == 1)
            #expect(Set(answers.map(\.pack)).count == 1)
            #expect(try await daemon.ctl("list", "-o", "id").succeeded().lines == [answers[0].pack])
        }
    }

    @Test("two processes and a restarted one compute the same fingerprint")
    func fingerprint() async throws {
        let scratch = try Scratch()
        try await withDaemon(in: scratch) { daemon in
            try await daemon.makeTenant()
            try await daemon.importExamples()
        }
        let copy = try Scratch()
        try await run(
            "/bin/cp", ["-a", Daemon.stateDirectory(scratch), Daemon.stateDirectory(copy)]
        ).succeeded()
        @Sendable func generated(in scratch: Scratch) async throws -> (id: String?, fingerprint: String?) {
            try await withDaemon(in: scratch) { daemon in
                let pack = try await daemon.generate()
                try await daemon.ctl("expire", pack["id"].string ?? "", "--yes").succeeded()
                return (pack["id"].string, pack["fingerprint"].string)
            }
        }
        let (one, other) = (try await generated(in: scratch), try await generated(in: copy))
        let restarted = try await generated(in: scratch)
        #expect(one.fingerprint != nil)
        #expect(one.fingerprint == other.fingerprint && one.fingerprint == restarted.fingerprint)
        #expect(Set([one.id, other.id, restarted.id]).count == 3, "each was made anew")
    }

    @Test("regenerating starts from the pack's options, names its fingerprint, and asks when a ready pack exists")
    func regenerate() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let first = try await daemon.generate(Scene.tenant, "--no-pii", "--no-operations")
            let id = try #require(first["id"].string)
            try await daemon.importExamples()
            try await daemon.ctl("generate", Scene.tenant, "--regenerate", id).refused(64)
            let second = try await daemon.generate(Scene.tenant, "--regenerate", id, "--yes")
            #expect(second["previous_fingerprint"].string == first["fingerprint"].string)
            #expect(second["options"]["include_pii"].bool == false)
            #expect(second["options"]["include_operations"].bool == false)
        }
    }

    @Test("a retry with the same request id gives the pack that the first one created, also after a restart")
    func retry() async throws {
        let scratch = try Scratch()
        @Sendable func ask(_ daemon: Daemon, includePII: Bool = true) async throws -> String? {
            try await daemon.withClient { client in
                try await client.generate(
                    Proto.GenerateRequest(
                        tenant: Scene.tenant, includePII: includePII,
                        requestID: "01890a5d-ac96-774b-bcce-b302099a8057")
                ).pack?.id
            }
        }
        let first = try await withDaemon(in: scratch) { daemon in
            try await daemon.makeTenant()
            let first = try await ask(daemon)
            #expect(try await ask(daemon) == first)
            try await daemon.ctl("watch", first ?? "").succeeded()
            // The evidence changes, so that only the id can bring the same pack back.
            try await daemon.importExamples()
            return first
        }
        try await withDaemon(in: scratch) { daemon in
            let again = try await ask(daemon)
            #expect(again == first)
            do {
                _ = try await ask(daemon, includePII: false)
                Issue.record("another request was taken for a retry")
            } catch let error as ClientError {
                #expect(error.reasonWord == "REQUEST_ID_REUSED")
            }
            let listed = try await daemon.ctl("list", "-o", "id").succeeded().lines
            #expect(listed == [first])
        }
    }
}
