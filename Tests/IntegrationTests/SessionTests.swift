import Foundation
import TestTags
import Testing

@Suite(.tags(.documents, .commandLine))
struct SessionTests {
    @Test("the README's shortest session works word for word")
    func shortestSession() async throws {
        let scratch = try Scratch()
        try scratch.write("prowler-output.ocsf.json", contents(of: example("findings-run-1.ocsf.json")))
        try scratch.write("admin-roles.json", contents(of: example("admin-roles.json")))
        let lines = try Self.session(of: "README.md")
        #expect(lines.count == 9)
        let script = try scratch.write("session", Self.script(of: lines))

        let result = try await run("/bin/bash", [script], in: scratch.path).succeeded()

        let generated = JSON(try JSONSerialization.jsonObject(with: Data(contents(of: scratch.file("out.6")))))
        #expect(generated["pack"]["status"].string == "ready")
        #expect(generated["outcome"].string == "created")
        let listed = JSON(try JSONSerialization.jsonObject(with: Data(contents(of: scratch.file("out.7")))))
        #expect(listed.isArray)
        #expect(listed.array.map { $0["id"].string } == [generated["pack"]["id"].string])
        #expect(scratch.names().contains("pack.zip"), "\(result)")
    }

    @Test("the day that Docs/OPERATIONS.md describes goes as it says, word for word")
    func operatorsDay() async throws {
        let scratch = try Scratch()
        try scratch.write("prowler-output.ocsf.json", contents(of: example("findings-run-1.ocsf.json")))
        let lines = try Self.session(of: "Docs/OPERATIONS.md")
        let script = try scratch.write("session", Self.script(of: lines))
        try await run("/bin/bash", [script], in: scratch.path).succeeded()

        func output(of command: String) throws -> String {
            let number = try #require(lines.firstIndex { $0.hasPrefix("reviewpackctl \(command)") }, "\(command)")
            return String(decoding: try contents(of: scratch.file("out.\(number)")), as: UTF8.self)
        }
        func json(of command: String) throws -> JSON {
            JSON(try JSONSerialization.jsonObject(with: Data(output(of: command).utf8), options: .fragmentsAllowed))
        }
        #expect(try json(of: "generate")["pack"]["status"].string == "ready")
        #expect(try json(of: "notification list").array.map { $0["kind"].string } == ["review_pack.ready"])
        #expect(try json(of: "check")["sound"].bool == true)
        let plan = try #require(lines.firstIndex(of: "reviewpackctl prune --dry-run"))
        let prune = String(decoding: try contents(of: scratch.file("out.\(plan + 1)")), as: UTF8.self)
        #expect(prune == "0 packs expired, 0 packs hard-deleted\n")
        #expect(try json(of: "stats")["pack_bytes"].int == 0)
        #expect(try json(of: "audit list")["action"].string == "review_pack.expire")
        #expect(scratch.names(in: "state/exports") == [])
        #expect(scratch.names().contains("backup.tar"))
    }

    /// The fenced block of a document that begins with the daemon.
    private static func session(of document: String) throws -> [String] {
        let text = String(decoding: try contents(of: Programs.project + "/" + document), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let start = try #require(lines.firstIndex { $0.hasPrefix("reviewpackd serve --state-dir ./state &") })
        return Array(lines[start...].prefix { !$0.hasPrefix("```") })
    }

    /// Every line as it stands, its output in a file of its own. Only PACK, which stands for an id, is filled in.
    private static func script(of lines: [String]) -> String {
        var script = """
            set -euo pipefail
            trap 'kill %1 && wait %1' EXIT

            """
        for (number, line) in lines.enumerated() {
            if line.hasPrefix("reviewpackd") || line.hasPrefix("export") {
                script += line + "\n"
                continue
            }
            let filled = line.replacingOccurrences(of: " PACK ", with: " \"$PACK\" ")
            script += "{ \(filled)\n} >out.\(number)\n"
            if line.hasPrefix("reviewpackctl generate") {
                script += """
                    PACK=$(/usr/bin/python3 -c \
                    'import json; print(json.load(open("out.\(number)"))["pack"]["id"])')

                    """
            }
        }
        return script
    }
}
