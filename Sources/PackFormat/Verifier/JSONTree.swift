import JSONTokens

/// A small JSON document in memory: the two of a pack that are read here. Never for input without a bound.
indirect enum JSONTree: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONTree])
    case object([String: JSONTree])

    init(parsing bytes: [UInt8]) throws(PackFormatError) {
        var limits = JSONLimits()
        limits.depth = 16
        limits.stringBytes = 1 << 16
        var tokenizer = JSONTokenizer(limits: limits)
        let parsed: Result<JSONTree, PackFormatError>
        do throws(JSONError) {
            try Self.feed(bytes, to: &tokenizer)
            try tokenizer.finish()
            let first = try tokenizer.next()
            parsed = try Self.value(first, &tokenizer)
            // Anything after the value is an error of the tokeniser.
            _ = try tokenizer.next()
        } catch { throw .notJSON(error) }
        self = try parsed.get()
    }

    private static func feed(_ bytes: [UInt8], to tokenizer: inout JSONTokenizer) throws(JSONError) {
        let fed: Result<Void, JSONError> = bytes.withUnsafeBytes { buffer in
            Result { () throws(JSONError) in try tokenizer.feed(buffer) }
        }
        try fed.get()
    }

    private static func value(
        _ token: JSONToken, _ tokenizer: inout JSONTokenizer
    ) throws(JSONError) -> Result<JSONTree, PackFormatError> {
        switch token {
        case .string: return .success(.string(text(tokenizer)))
        case .number: return .success(.number(text(tokenizer)))
        case .true: return .success(.bool(true))
        case .false: return .success(.bool(false))
        case .beginArray: return try array(&tokenizer)
        case .beginObject: return try object(&tokenizer)
        // The tokeniser gives nothing else where a value stands: after `finish` it needs no input and closes only what
        // it opened.
        case .null, .key, .endArray, .endObject, .needsInput, .end: return .success(.null)
        }
    }

    private static func array(_ tokenizer: inout JSONTokenizer) throws(JSONError) -> Result<JSONTree, PackFormatError> {
        var elements: [JSONTree] = []
        while true {
            let token = try tokenizer.next()
            if token == .endArray { return .success(.array(elements)) }
            switch try value(token, &tokenizer) {
            case .success(let element): elements.append(element)
            case .failure(let fault): return .failure(fault)
            }
        }
    }

    private static func object(
        _ tokenizer: inout JSONTokenizer
    ) throws(JSONError) -> Result<JSONTree, PackFormatError> {
        var members: [String: JSONTree] = [:]
        while true {
            if try tokenizer.next() == .endObject { return .success(.object(members)) }
            let key = text(tokenizer)
            let token = try tokenizer.next()
            switch try value(token, &tokenizer) {
            case .success(let member):
                guard members.updateValue(member, forKey: key) == nil else { return .failure(.duplicateKey(key)) }
            case .failure(let fault): return .failure(fault)
            }
        }
    }

    private static func text(_ tokenizer: borrowing JSONTokenizer) -> String {
        String(decoding: tokenizer.text, as: UTF8.self)
    }
}

extension JSONTree {
    subscript(key: String) -> JSONTree? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    var string: String? { if case .string(let value) = self { value } else { nil } }
    var integer: Int64? { if case .number(let text) = self { Int64(text) } else { nil } }
    var elements: [JSONTree]? { if case .array(let elements) = self { elements } else { nil } }
    var members: [String: JSONTree]? { if case .object(let members) = self { members } else { nil } }
}
