import Domain
import JSONTokens
import ReviewPackAPI
import TestTags
import Testing

@testable import CLI

@Suite("The forms of a result", .tags(.commandLine))
struct OutputTests {
    @Test("a pack's JSON has the proto's names, words for enumerations, hex digests, numbers and nulls")
    func packJSON() {
        let json = JSONText.encode(OutputValue(Fixture.pack(.ready)), style: .indented)
        expectGolden("pack-json", String(decoding: json, as: UTF8.self))
    }

    @Test("an unset enumeration is null and an unknown number is `unknown`")
    func enumerations() {
        var run = Proto.OperationRun()
        run.status = Proto.OperationStatus(rawValue: 77)
        let json = String(decoding: JSONText.encode(OutputValue(run), style: .compact), as: UTF8.self)
        #expect(json.contains(#""status":"unknown","outcome":null,"reason_code":null"#))
    }

    @Test("64-bit integers are written as numbers, to the last digit")
    func wideIntegers() {
        let value = OutputValue.array([.signed(.max), .signed(.min), .unsigned(.max)])
        let json = String(decoding: JSONText.encode(value, style: .compact), as: UTF8.self)
        #expect(json == "[9223372036854775807,-9223372036854775808,18446744073709551615]\n")
    }

    @Test(
        "characters that a terminal would obey are escapes in JSON",
        arguments: [
            ("a\u{1B}[31m", #"a\u001b[31m"#), ("a\u{9B}31m", #"a\u009b31m"#), ("a\u{7F}", #"a\u007f"#),
            ("x\u{202E}y", #"x\u202ey"#), ("tag \u{E0041}", #"tag \udb40\udc41"#), ("Zoë 日本", "Zoë 日本"),
        ])
    func invisibleJSON(text: String, expected: String) {
        let json = String(decoding: JSONText.encode(.string(text), style: .compact), as: UTF8.self)
        #expect(json == "\"\(expected)\"\n")
    }

    @Test(
        "the same characters are visible escapes in text",
        arguments: [
            ("a\u{1B}[31m", #"a\u{1b}[31m"#), ("two\nlines", #"two\nlines"#), ("x\u{202E}y", #"x\u{202e}y"#),
            ("a\tb\r", #"a\tb\r"#), ("Zoë 日本", "Zoë 日本"),
        ])
    func printable(text: String, expected: String) {
        #expect(text.printable == expected)
    }

    @Test("columns align by display width, wide characters and combining marks included")
    func alignment() {
        let table = TextTable(
            columns: [.left("NAME"), .right("SIZE"), .left("END")],
            rows: [
                [StyledText("日本株式会社"), StyledText("1 B"), StyledText("x")],
                [StyledText("Zoe\u{308} Ltd"), StyledText("10.0 KiB"), StyledText("y")],
                [StyledText("plain"), StyledText("-"), StyledText("")],
            ])
        expectGolden("table-wide", table.rendered(colour: false))
    }

    @Test("badges are those of the one table")
    func badges() {
        let table = PackStatus.allCases.map { "\($0.word) \($0.tone) \($0.tone.rawValue)" }
        #expect(
            table == [
                "queued warning 33", "generating info 34", "ready success 32", "failed danger 31", "expired gray 90",
            ])
    }

    @Test("colours never change the layout")
    func coloursKeepLayout() {
        let packs = [Fixture.pack(.ready), Fixture.pack(.generating), Fixture.pack(.expired)]
        let plain = PackViews.table(packs).rendered(colour: false)
        let coloured = PackViews.table(packs).rendered(colour: true)
        #expect(coloured != plain)
        #expect(coloured.replacing(#/\u{1B}\[[0-9]+m/#, with: "") == plain)
    }

    @Test(
        "every status has its word and its colour, an unknown one the word alone",
        arguments: [
            (Proto.PackStatus.queued, "\u{1B}[33mqueued\u{1B}[0m"), (.generating, "\u{1B}[34mgenerating\u{1B}[0m"),
            (.ready, "\u{1B}[32mready\u{1B}[0m"), (.failed, "\u{1B}[31mfailed\u{1B}[0m"),
            (.expired, "\u{1B}[90mexpired\u{1B}[0m"), (.init(rawValue: 9), "unknown"), (.unspecified, "unknown"),
        ])
    func badges(status: Proto.PackStatus, expected: String) {
        #expect(status.badge.rendered(colour: true) == expected)
        #expect(!status.badge.rendered(colour: false).contains("\u{1B}"))
    }

    @Test(
        "sizes have one decimal in binary units",
        arguments: [
            (Int64(0), "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (12_595, "12.3 KiB"), (1_048_575, "1.0 MiB"),
            (1_048_576, "1.0 MiB"), (104_857_600, "100.0 MiB"), (5_497_558_138_880, "5.0 TiB"),
            (.max, "8192.0 PiB"),
        ])
    func sizes(bytes: Int64, expected: String) {
        #expect(ByteCount.text(bytes) == expected)
    }

    @Test(
        "digits are grouped by three",
        arguments: [(Int64(0), "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")])
    func grouping(number: Int64, expected: String) {
        #expect(ByteCount.grouped(number) == expected)
    }
}

@Suite("Progress on standard error", .tags(.commandLine))
struct ProgressTests {
    @Test(
        "the line never fills the terminal's width, whatever that is",
        arguments: [20, 30, 40, 60, 80, 200])
    func width(columns: Int) {
        for done in stride(from: Int64(0), through: 1000, by: 100) {
            let line = ProgressLine(label: "Downloading 日本", done: done, total: 1000, unit: .bytes)
            #expect(DisplayWidth.of(line.rendered(width: columns)) < columns)
        }
    }

    @Test(
        "the line shows a bar where the total is known, and the amount where it is not",
        arguments: [
            (
                ProgressLine(label: "findings", done: 500, total: 1000, unit: .items),
                "findings [###############---------------] 50% 500 of 1000"
            ),
            (ProgressLine(label: "Importing", done: 2048, total: nil, unit: .bytes), "Importing 2.0 KiB"),
            (ProgressLine(label: "publish", done: 0, total: nil, unit: .none), "publish"),
            (
                ProgressLine(label: "findings", done: 2000, total: 1000, unit: .items),
                "findings [##############################] 100% 1000 of 1000"
            ),
        ])
    func text(line: ProgressLine, expected: String) {
        #expect(line.rendered(width: 80) == expected)
    }

    @Test("it is drawn at most ten times a second, over itself, and taken away at the end")
    func throttled() {
        let channel = MemoryChannel()
        let clock = StepClock()
        let meter = ProgressMeter(output: channel, terminal: .person, now: { clock.now })
        for step in 0..<20 {
            meter.show(ProgressLine(label: "\(step)", done: 0, unit: .none))
            clock.advance(.milliseconds(50))
        }
        meter.clear()
        #expect(channel.text.split(separator: "\r").count == 10 + 1)
        #expect(channel.text.hasSuffix("\r\u{1B}[K"))
    }

    @Test("where standard error is no terminal nothing is drawn")
    func silent() {
        let channel = MemoryChannel()
        let meter = ProgressMeter(output: channel, terminal: .none)
        meter.show(ProgressLine(label: "x", done: 0, unit: .none))
        meter.clear()
        #expect(channel.bytes.isEmpty)
    }
}
