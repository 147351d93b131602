import Foundation
import Testing

@Suite
struct SessionTests {
    @Test("the README's shortest session works word for word")
    func shortestSession() async throws {
        let scratch = try Scratch()
        try scratch.write("prowler-output.ocsf.json", contents(of: example("findings-run-1.ocsf.json")))
        try scratch.write("admin-roles.json", contents(of: example("admin-roles.json")))
        let lines = try Self.sessionOfReadme()
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

    /// The indented or fenced block of the README that begins with the daemon.
    private static func sessionOfReadme() throws -> [String] {
        let readme = String(decoding: try contents(of: Programs.project + "/README.md"), as: UTF8.self)
        let lines = readme.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
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
                script +=
                    "PACK=$(/usr/bin/python3 -c 'import json; print(json.load(open(\"out.\(number)\"))[\"pack\"][\"id\"])')\n"
            }
        }
        return script
    }
}
