import JSONTokens
import TestTags
import Testing

@Suite("Writer", .tags(.evidence))
struct WriterTests {
    static func sample(_ style: JSONWriter.Style) -> String {
        var writer = JSONWriter(style: style)
        writer.beginObject()
        writer.key("a")
        writer.beginArray()
        writer.integer(1)
        writer.bool(true)
        writer.null()
        writer.beginObject()
        writer.endObject()
        writer.beginArray()
        writer.endArray()
        writer.endArray()
        writer.key("b")
        writer.string("x\"\\/\u{0}\u{8}\u{9}\u{A}\u{C}\u{D}\u{1f}\u{7f}é\u{2028}")
        writer.key("c")
        writer.beginObject()
        writer.key("d")
        withBytes("-1.50e3") { writer.number($0) }
        writer.endObject()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    static let escaped = #""x\"\\/\u0000\b\t\n\f\r\u001f"# + "\u{7f}é\u{2028}\""

    @Test("the compact style has no white space, and only what must be escaped is")
    func compact() {
        let expected = #"{"a":[1,true,null,{},[]],"b":"# + Self.escaped + #","c":{"d":-1.50e3}}"#
        #expect(Self.sample(.compact) == expected)
    }

    @Test("the indented style has two spaces a level and one element a line")
    func indented() {
        let expected = """
            {
              "a": [
                1,
                true,
                null,
                {},
                []
              ],
              "b": \(Self.escaped),
              "c": {
                "d": -1.50e3
              }
            }
            """
        #expect(Self.sample(.indented) == expected)
    }

    @Test("what the writer writes the tokeniser reads back")
    func roundTrip() throws {
        var limits = JSONLimits()
        limits.acceptsNUL = true
        let seen = try tokens(Array(Self.sample(.indented).utf8), chunk: 3, limits: limits)
        #expect(seen.map(\.text).contains("x\"\\/\u{0}\u{8}\u{9}\u{A}\u{C}\u{D}\u{1f}\u{7f}é\u{2028}"))
    }

    @Test("draining hands out every byte once")
    func draining() {
        var out: [UInt8] = []
        var writer = JSONWriter()
        writer.beginArray()
        for number in 0..<100 {
            writer.integer(number)
            writer.drain { out.append(contentsOf: $0) }
            #expect(writer.bytes.isEmpty)
        }
        writer.endArray()
        writer.drain { out.append(contentsOf: $0) }
        #expect(String(decoding: out, as: UTF8.self) == "[\((0..<100).map(String.init).joined(separator: ","))]")
    }
}
