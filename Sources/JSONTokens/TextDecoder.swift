/// Turns chunks of text in the encodings that scanners write into UTF-8: UTF-8, UTF-16LE and UTF-16BE, with or without
/// a byte order mark. JSON begins with an ASCII character, so that the NUL bytes around it tell the encoding where no
/// mark does.
///
///  first bytes      encoding
///  EF BB BF         UTF-8, the mark is dropped
///  FF FE 00 00      UTF-32, refused; also 00 00 FE FF, xx 00 00 00, 00 00 00 xx
///  FF FE            UTF-16LE, the mark is dropped
///  FE FF            UTF-16BE, the mark is dropped
///  xx 00            UTF-16LE
///  00 xx            UTF-16BE
///  else             UTF-8
///
/// UTF-8 passes through unchecked and uncopied (the tokeniser checks what stands in strings); surrogates of UTF-16 are
/// checked here, and half a pair is refused or becomes U+FFFD.
public struct TextDecoder: Sendable {
    /// The UTF-8 form of a chunk: first `head`, then `tail`, which lies in the chunk itself.
    public struct Decoded {
        public var head: [UInt8] = []
        public var tail = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    private enum Encoding: Sendable {
        case undecided
        case utf8
        case utf16(bigEndian: Bool)
    }

    private var encoding: Encoding = .undecided
    /// The first bytes while there are too few to decide; later the first half of a split code unit.
    private var held: [UInt8] = []
    private var highSurrogate: UInt32?
    private var produced = 0
    private var line = 1
    private var lineStart = 0
    private let replacesLoneSurrogates: Bool
    /// How many halves of surrogate pairs became U+FFFD.
    public private(set) var replacedLoneSurrogates = 0

    /// - Parameter replacesLoneSurrogates: whether half a surrogate pair of UTF-16 becomes U+FFFD instead of refusing
    ///   the text.
    public init(replacesLoneSurrogates: Bool = false) { self.replacesLoneSurrogates = replacesLoneSurrogates }

    /// Decodes the next chunk. The result is valid while the chunk is.
    public mutating func decode(_ chunk: UnsafeRawBufferPointer) throws(JSONError) -> Decoded {
        switch encoding {
        case .utf8: return Decoded(tail: chunk)
        case .utf16(let bigEndian): return Decoded(head: try transcode(chunk, bigEndian: bigEndian))
        case .undecided: break
        }
        var rest = chunk[...]
        while held.count < 4, let byte = rest.popFirst() { held.append(byte) }
        guard held.count == 4 else { return Decoded() }
        return try begin(UnsafeRawBufferPointer(rebasing: rest))
    }

    /// Ends the text: what was held back, or an error when a code unit or a surrogate pair is incomplete.
    public mutating func finish() throws(JSONError) -> [UInt8] {
        if case .undecided = encoding {
            let all = try begin(UnsafeRawBufferPointer(start: nil, count: 0)).head
            return all + (try finish())
        }
        guard held.isEmpty else { throw error(.invalidUTF16) }
        var out: [UInt8] = []
        if highSurrogate != nil { try replaceLoneSurrogate(&out) }
        return out
    }

    /// Decides on the encoding by the bytes held, and decodes them and what follows.
    private mutating func begin(_ rest: UnsafeRawBufferPointer) throws(JSONError) -> Decoded {
        let first = held
        held = []
        func starts(with prefix: [UInt8]) -> Bool { first.starts(with: prefix) }
        let isNUL = first.map { $0 == 0 }
        if starts(with: [0xFF, 0xFE, 0, 0]) || starts(with: [0, 0]) || isNUL == [false, true, true, true] {
            throw error(.unsupportedEncoding)
        }
        var mark = 0
        if starts(with: [0xEF, 0xBB, 0xBF]) {
            encoding = .utf8
            mark = 3
        } else if starts(with: [0xFF, 0xFE]) || starts(with: [0xFE, 0xFF]) {
            encoding = .utf16(bigEndian: first[0] == 0xFE)
            mark = 2
        } else if first.count >= 2, isNUL[0] != isNUL[1] {
            encoding = .utf16(bigEndian: isNUL[0])
        } else {
            encoding = .utf8
        }
        let head = Array(first[mark...])
        guard case .utf16(let bigEndian) = encoding else { return Decoded(head: head, tail: rest) }
        var out = try transcode(head, bigEndian: bigEndian)
        out += try transcode(rest, bigEndian: bigEndian)
        return Decoded(head: out)
    }

    private mutating func transcode(
        _ bytes: some RandomAccessCollection<UInt8>, bigEndian: Bool
    ) throws(JSONError) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count / 2 * 3 + 4)
        for byte in bytes {
            guard let first = held.popLast() else {
                held.append(byte)
                continue
            }
            let unit = bigEndian ? UInt32(first) << 8 | UInt32(byte) : UInt32(byte) << 8 | UInt32(first)
            let before = out.count
            try append(unit, to: &out)
            produced += out.count - before
            if unit == 0x0A {
                line += 1
                lineStart = produced
            }
        }
        return out
    }

    private mutating func append(_ unit: UInt32, to out: inout [UInt8]) throws(JSONError) {
        var value = unit
        switch unit {
        case 0xD800..<0xDC00:
            if highSurrogate != nil { try replaceLoneSurrogate(&out) }
            highSurrogate = unit
            return
        case 0xDC00..<0xE000:
            guard let high = highSurrogate else { return try replaceLoneSurrogate(&out) }
            highSurrogate = nil
            value = 0x10000 + ((high & 0x3FF) << 10) + (unit & 0x3FF)
        default:
            if highSurrogate != nil { try replaceLoneSurrogate(&out) }
        }
        if value < 0x80 { return out.append(UInt8(truncatingIfNeeded: value)) }
        withUnsafeTemporaryAllocation(byteCount: 4, alignment: 1) { scratch in
            guard let base = scratch.baseAddress else { return }
            let length = Escapes.encode(value, base, 0)
            out.append(contentsOf: scratch[..<length])
        }
    }

    /// Writes U+FFFD for half a pair, the one that waits or the one that came.
    private mutating func replaceLoneSurrogate(_ out: inout [UInt8]) throws(JSONError) {
        guard replacesLoneSurrogates else { throw error(.invalidUTF16) }
        highSurrogate = nil
        replacedLoneSurrogates += 1
        out += [0xEF, 0xBF, 0xBD]
    }

    private func error(_ reason: JSONError.Reason) -> JSONError {
        JSONError(reason, at: JSONPosition(byteOffset: produced, line: line, column: produced - lineStart + 1))
    }
}
