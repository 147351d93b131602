import JSONTokens

/// Checks that bytes which come in chunks split anywhere are UTF-8.
struct UTF8Scanner {
    /// The beginning of a sequence that the last chunk cut, at most three bytes.
    private var carried: [UInt8] = []

    mutating func feed(_ chunk: UnsafeRawBufferPointer) throws(PackFormatError) {
        guard !carried.isEmpty else { return try check(chunk) }
        let joined = carried + chunk
        carried = []
        let result: Result<Void, PackFormatError> = joined.withUnsafeBytes { bytes in
            Result { () throws(PackFormatError) in try check(bytes) }
        }
        try result.get()
    }

    func finish() throws(PackFormatError) {
        guard carried.isEmpty else { throw .notUTF8 }
    }

    /// What is ill-formed in the last three bytes may only be incomplete: the next chunk decides.
    private mutating func check(_ bytes: UnsafeRawBufferPointer) throws(PackFormatError) {
        guard let invalid = UTF8Check.firstInvalid(bytes) else { return }
        guard bytes.count - invalid <= 3 else { throw .notUTF8 }
        carried = Array(bytes[invalid...])
    }
}

/// Checks that bytes which come in chunks are one JSON document, in memory bounded by its longest string.
struct JSONScanner: ~Copyable {
    private var tokenizer: JSONTokenizer

    init() {
        var limits = JSONLimits()
        // As deep as the tokeniser goes, and strings up to the greatest report.
        limits.depth = 1024
        limits.stringBytes = 32 << 20
        limits.acceptsNUL = true
        // A report stands in the pack as it came, and its scanner may have written half a surrogate pair.
        limits.replacesBadCharacters = true
        tokenizer = JSONTokenizer(limits: limits)
    }

    mutating func feed(_ chunk: UnsafeRawBufferPointer) throws(JSONError) {
        try tokenizer.feed(chunk)
        while try tokenizer.next() != .needsInput {}
    }

    mutating func finish() throws(JSONError) {
        try tokenizer.finish()
        while try tokenizer.next() != .end {}
    }
}
