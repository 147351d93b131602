extension JSONTokenizer {
    /// The next token, `needsInput` when the text so far does not hold a whole one, or `end`.
    public mutating func next() throws(JSONError) -> JSONToken {
        if let failure { throw failure }
        do throws(JSONError) { return try step() } catch { throw fail(error) }
    }

    private mutating func step() throws(JSONError) -> JSONToken {
        while true {
            try skipWhiteSpace()
            guard cursor < input.end else { return try outOfInput() }
            let byte = input.base.load(fromByteOffset: cursor, as: UInt8.self)
            tokenOffset = input.startOffset + cursor
            switch state {
            case .value: return try value(byte)
            case .firstElement: return byte == UInt8(ascii: "]") ? try close(byte) : try value(byte)
            case .firstKey where byte == UInt8(ascii: "}"): return try close(byte)
            case .firstKey, .key:
                guard byte == UInt8(ascii: "\"") else { throw error(.unexpectedByte, at: cursor) }
                return try string(.key)
            case .colon:
                guard byte == UInt8(ascii: ":") else { throw error(.unexpectedByte, at: cursor) }
                cursor += 1
                state = .value
            case .separator:
                guard byte == UInt8(ascii: ",") else { return try close(byte) }
                cursor += 1
                state = containers.last == true ? .key : .value
            case .afterValue: throw error(.trailingData, at: cursor)
            }
        }
    }

    private mutating func skipWhiteSpace() throws(JSONError) {
        let base = UnsafeRawPointer(input.base)
        let end = input.end
        var index = cursor
        while index < end {
            let byte = base.load(fromByteOffset: index, as: UInt8.self)
            if byte > 0x20 { break }
            switch byte {
            case 0x20:
                // Indentation comes in runs.
                while end - index >= 8,
                    base.loadUnaligned(fromByteOffset: index, as: UInt64.self) == 0x2020_2020_2020_2020
                { index += 8 }
                if index < end, base.load(fromByteOffset: index, as: UInt8.self) == 0x20 { index += 1 }
                continue
            case 0x0A:
                line += 1
                lineStart = input.startOffset + index + 1
            case 0x09, 0x0D: break
            default: throw error(.unexpectedByte, at: index)
            }
            index += 1
        }
        cursor = index
    }

    private mutating func outOfInput() throws(JSONError) -> JSONToken {
        guard isFinished else { return .needsInput }
        tokenOffset = input.startOffset + input.end
        let isComplete = containers.isEmpty && (state == .afterValue || (framing == .sequence && state == .value))
        guard isComplete else { throw error(.unexpectedEnd, at: input.end) }
        return .end
    }

    private mutating func value(_ byte: UInt8) throws(JSONError) -> JSONToken {
        switch byte {
        case UInt8(ascii: "\""): return try string(.string)
        case UInt8(ascii: "{"): return try open(object: true)
        case UInt8(ascii: "["): return try open(object: false)
        case UInt8(ascii: "-"), 48...57: return try number()
        case UInt8(ascii: "t"): return try literal("true", .true)
        case UInt8(ascii: "f"): return try literal("false", .false)
        case UInt8(ascii: "n"): return try literal("null", .null)
        // A word that JSON does not have (NaN, undefined, None) deserves to be called one.
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
            throw error(.invalidLiteral, at: cursor)
        default: throw error(.unexpectedByte, at: cursor)
        }
    }

    private mutating func open(object: Bool) throws(JSONError) -> JSONToken {
        guard containers.count < limits.depth else { throw error(.depthLimit, at: cursor) }
        containers.append(object)
        cursor += 1
        state = object ? .firstKey : .firstElement
        return object ? .beginObject : .beginArray
    }

    private mutating func close(_ byte: UInt8) throws(JSONError) -> JSONToken {
        guard let isObject = containers.last, byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
            throw error(.unexpectedByte, at: cursor)
        }
        containers.removeLast()
        cursor += 1
        endValue()
        return isObject ? .endObject : .endArray
    }

    private mutating func endValue() {
        guard containers.isEmpty else {
            state = .separator
            return
        }
        state = framing == .single ? .afterValue : .value
    }

    private mutating func literal(_ word: StaticString, _ token: JSONToken) throws(JSONError) -> JSONToken {
        let length = word.utf8CodeUnitCount
        let available = min(length, input.end - cursor)
        for offset in 0..<available
        where input.base.load(fromByteOffset: cursor + offset, as: UInt8.self) != word.utf8Start[offset] {
            throw error(.invalidLiteral, at: cursor)
        }
        guard available == length else { return try incomplete() }
        cursor += length
        endValue()
        return token
    }

    /// Reads the number that begins at the cursor; an incomplete one, as a string, once per byte.
    private mutating func number() throws(JSONError) -> JSONToken {
        var index = cursor + max(1, scanned)
        while index < input.end, NumberScan.canContain(input.base.load(fromByteOffset: index, as: UInt8.self)) {
            index += 1
        }
        guard index - cursor <= limits.numberBytes else { throw error(.numberLimit, at: cursor) }
        guard index < input.end || isFinished else {
            scanned = index - cursor
            return .needsInput
        }
        scanned = 0
        textStart = cursor
        textEnd = index
        guard NumberScan.isNumber(text) else { throw error(.invalidNumber, at: cursor) }
        cursor = index
        endValue()
        return .number
    }

    /// Reads the string whose opening quote is at the cursor. An incomplete one is looked at only once per byte,
    /// however many chunks it comes in.
    private mutating func string(_ token: JSONToken) throws(JSONError) -> JSONToken {
        let base = UnsafeRawPointer(input.base)
        let start = cursor + 1
        // Not beyond the limit: what stands there must not matter, for in smaller chunks it would not have come yet.
        let end = input.end - start > limits.stringBytes ? start + limits.stringBytes + 1 : input.end
        var index = start + scanned
        while index < end {
            index = StringScan.next(base, from: index, to: end, nonASCII: &hasNonASCII)
            guard index < end else { break }
            let byte = base.load(fromByteOffset: index, as: UInt8.self)
            if byte == UInt8(ascii: "\"") { return try complete(token, from: start, to: index) }
            guard byte == UInt8(ascii: "\\") else { throw error(.controlCharacter, at: index) }
            // The escaped character may still be to come; then the next look begins behind it.
            hasEscape = true
            index += 2
        }
        scanned = index - start
        guard scanned <= limits.stringBytes else { throw error(.stringLimit, at: cursor) }
        return try incomplete()
    }

    private mutating func complete(_ token: JSONToken, from start: Int, to end: Int) throws(JSONError) -> JSONToken {
        textStart = start
        textEnd = end
        if hasNonASCII, let bad = UTF8Check.firstInvalid(text) { throw error(.invalidUTF8, at: start + bad) }
        replacements = 0
        if hasEscape {
            let policy = Escapes.Policy(acceptsNUL: limits.acceptsNUL, replaces: limits.replacesBadCharacters)
            switch Escapes.resolve(input.base, from: start, to: end, policy) {
            case .text(let end, let replaced): (textEnd, replacements) = (end, replaced)
            case .refused(let reason, let index): throw error(reason, at: index)
            }
        }
        scanned = 0
        hasEscape = false
        hasNonASCII = false
        cursor = end + 1
        if token == .key { state = .colon } else { endValue() }
        return token
    }

    /// The text so far ends inside a token.
    private func incomplete() throws(JSONError) -> JSONToken {
        guard isFinished else { return .needsInput }
        throw error(.unexpectedEnd, at: input.end)
    }
}
