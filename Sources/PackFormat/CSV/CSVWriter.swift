package import Domain
import Glibc

/// Writes CSV as RFC 4180 has it, with formula cells neutralised, into bytes that are drained now and then.
///
/// A cell is in quotes exactly when it holds a comma, a quote, CR or LF; quotes inside are doubled; rows end in CR LF.
/// Cells are copied in bulk from where they lie, so no `String` is made for one.
package struct CSVWriter {
    package private(set) var bytes: [UInt8] = []
    private var isRowEmpty = true
    /// The cell at hand with its apostrophes, where it needs some.
    private var guarded: [UInt8] = []
    private var lastTime: (time: UnixMillis, text: [UInt8])?

    /// Bytes that gather before `drainIfFull` hands them out.
    private static let drainSize = 1 << 16

    package init() { bytes.reserveCapacity(2 * Self.drainSize) }

    package mutating func cell(_ text: UnsafeRawBufferPointer) {
        separate()
        let marks = Self.marks(in: text)
        if !marks.contains(.pieces), !FormulaRule.needsApostrophe(text) { return append(text, quoted: marks) }
        guarded.removeAll(keepingCapacity: true)
        var done = 0
        FormulaRule.forEachGuard(in: text) { position in
            guarded.append(contentsOf: text[done..<position])
            guarded.append(UInt8(ascii: "'"))
            done = position
        }
        if done == 0, guarded.isEmpty { return append(text, quoted: marks) }
        guarded.append(contentsOf: text[done...])
        let cell = guarded
        cell.withUnsafeBytes { append($0, quoted: marks) }
    }

    private mutating func append(_ text: UnsafeRawBufferPointer, quoted marks: Marks) {
        guard marks.contains(.quotes) else { return bytes.append(contentsOf: text) }
        bytes.append(UInt8(ascii: "\""))
        appendDoublingQuotes(text)
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func cell(_ text: String) {
        var text = text
        text.withUTF8 { cell(UnsafeRawBufferPointer($0)) }
    }

    /// A number of ours; it needs neither quotes nor an apostrophe.
    package mutating func cell(_ number: Int64) {
        separate()
        // Most counts are one digit.
        if (0...9).contains(number) {
            bytes.append(UInt8(ascii: "0") + UInt8(number))
        } else {
            bytes.append(contentsOf: String(number).utf8)
        }
    }

    /// A time in RFC 3339; the same time again costs a copy, and neighbouring rows often have the same.
    package mutating func cell(_ time: UnixMillis) {
        separate()
        if let lastTime, lastTime.time == time {
            bytes.append(contentsOf: lastTime.text)
        } else {
            let text = time.rfc3339
            lastTime = (time, text)
            bytes.append(contentsOf: text)
        }
    }

    package mutating func endRow() {
        bytes.append(0x0D)
        bytes.append(0x0A)
        isRowEmpty = true
    }

    /// Hands out the bytes when there are many; call it between rows.
    package mutating func drainIfFull(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        if bytes.count >= Self.drainSize { try drain(body) }
    }

    package mutating func drain(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        try bytes.withUnsafeBytes(body)
        bytes.removeAll(keepingCapacity: true)
    }

    @inline(__always)
    private mutating func separate() {
        if !isRowEmpty { bytes.append(UInt8(ascii: ",")) }
        isRowEmpty = false
    }

    private mutating func appendDoublingQuotes(_ text: UnsafeRawBufferPointer) {
        guard let base = text.baseAddress else { return }
        var start = 0
        while start < text.count, let found = memchr(base + start, CInt(UInt8(ascii: "\"")), text.count - start) {
            let quote = UnsafeRawPointer(found) - base
            bytes.append(contentsOf: text[start...quote])
            bytes.append(UInt8(ascii: "\""))
            start = quote + 1
        }
        bytes.append(contentsOf: text[start...])
    }

    /// What there is in a cell to look at.
    private struct Marks: OptionSet {
        var rawValue: UInt8
        /// It must be in quotes.
        static let quotes = Marks(rawValue: 1)
        /// Some readers begin anew inside of it.
        static let pieces = Marks(rawValue: 2)
    }

    /// Sixteen bytes at a time, and one by one where there is something among them.
    private static func marks(in text: UnsafeRawBufferPointer) -> Marks {
        let comma = SIMD16<UInt8>(repeating: UInt8(ascii: ","))
        let quote = SIMD16<UInt8>(repeating: UInt8(ascii: "\""))
        let carriageReturn = SIMD16<UInt8>(repeating: 0x0D)
        let lineFeed = SIMD16<UInt8>(repeating: 0x0A)
        let semicolon = SIMD16<UInt8>(repeating: UInt8(ascii: ";"))
        let tab = SIMD16<UInt8>(repeating: 0x09)
        var marks: Marks = []
        var index = 0
        while index + 16 <= text.count {
            let part = text.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
            let quotes = (part .== comma) .| (part .== quote) .| (part .== carriageReturn) .| (part .== lineFeed)
            if any(quotes .| (part .== semicolon) .| (part .== tab)) {
                for byte in text[index..<index + 16] { marks.formUnion(Self.mark(of: byte)) }
                if marks == [.quotes, .pieces] { return marks }
            }
            index += 16
        }
        for byte in text[index...] { marks.formUnion(Self.mark(of: byte)) }
        return marks
    }

    @inline(__always)
    private static func mark(of byte: UInt8) -> Marks {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "\""): .quotes
        case UInt8(ascii: ";"), 0x09: .pieces
        case 0x0D, 0x0A: [.quotes, .pieces]
        default: []
        }
    }
}
