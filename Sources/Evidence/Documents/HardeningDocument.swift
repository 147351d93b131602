import Domain
import JSONTokens

/// The hardening settings of a tenant as one JSON object of five members, each of which may be missing or null:
/// `scope_mode` (text), `last_checked_at` and `last_setup_at` (times), `canary_results` (object of name to text),
/// `warnings` (array of texts). Unknown and repeated members are refused. A number or a truth value is read where a
/// text is due, and a single text where a list of them is.
public enum HardeningDocument {
    public static let maximumBytes = 1 << 20
    /// Canaries and warnings, each.
    public static let maximumEntries = 1000
    public static let maximumTextBytes = 4096

    /// Reads a whole document; `clock` judges its times, and what is odd about it becomes a warning.
    public static func parse(
        _ bytes: UnsafeRawBufferPointer, clock: TimeGuard
    ) throws(IngestError) -> (settings: HardeningSettings, warnings: IngestWarnings) {
        var reader = Reader(clock: clock)
        do throws(JSONError) {
            try reader.tokenizer.feed(bytes)
            try reader.tokenizer.finish()
        } catch { throw IngestError(error, ordinal: 0) }
        let settings = try reader.document()
        return (settings, reader.oddities)
    }

    private struct Reader: ~Copyable {
        var tokenizer: JSONTokenizer
        private var settings = HardeningSettings()
        private var seen: [String] = []
        private let clock: TimeGuard
        private(set) var oddities = IngestWarnings()
        /// The token that was read last.
        private var token: JSONToken = .null

        init(clock: TimeGuard) {
            self.clock = clock
            var limits = JSONLimits()
            limits.replacesBadCharacters = true
            limits.depth = 8
            limits.totalBytes = maximumBytes
            tokenizer = JSONTokenizer(limits: limits)
        }

        mutating func document() throws(IngestError) -> HardeningSettings {
            guard try next() == .beginObject else { throw error(.notAnObject, "hardening settings are one object") }
            while try next() == .key {
                let key = text
                guard !seen.contains(key) else { throw error(.badValue, "is there twice", key) }
                seen.append(key)
                try member(key)
            }
            _ = try next()
            settings.canaryResults.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            return settings
        }

        private mutating func member(_ key: String) throws(IngestError) {
            let token = try next()
            switch key {
            case "scope_mode": settings.scopeMode = try textOrNull(token, key)
            case "last_checked_at": settings.lastCheckedAt = try timeOrNull(token, key)
            case "last_setup_at": settings.lastSetupAt = try timeOrNull(token, key)
            case "canary_results": try canaries(token, key)
            case "warnings": try warnings(token, key)
            default:
                throw error(
                    .unknownKey,
                    "is none of scope_mode, last_checked_at, last_setup_at, canary_results, warnings", key)
            }
        }

        private mutating func canaries(_ first: JSONToken, _ key: String) throws(IngestError) {
            if first == .null { return }
            guard first == .beginObject else { throw error(.wrongType, "must be an object", key) }
            while try next() == .key {
                let name = try bounded(key)
                guard !settings.canaryResults.contains(where: { ExactText($0.name) == ExactText(name) }) else {
                    throw error(.badValue, "names a canary twice", key)
                }
                guard isText(try next()) else { throw error(.wrongType, "must map names to texts", key) }
                settings.canaryResults.append(.init(name: name, result: try bounded(key)))
                guard settings.canaryResults.count <= maximumEntries else { throw overfull(key) }
            }
        }

        private mutating func warnings(_ first: JSONToken, _ key: String) throws(IngestError) {
            if first == .null { return }
            if isText(first) {
                settings.warnings.append(try bounded(key))
                return
            }
            guard first == .beginArray else { throw error(.wrongType, "must be an array of texts", key) }
            while true {
                let token = try next()
                if token == .endArray { return }
                guard isText(token) else { throw error(.wrongType, "must be an array of texts", key) }
                settings.warnings.append(try bounded(key))
                guard settings.warnings.count <= maximumEntries else { throw overfull(key) }
            }
        }

        private func textOrNull(_ token: JSONToken, _ key: String) throws(IngestError) -> String? {
            if token == .null { return nil }
            guard isText(token) else { throw error(.wrongType, "must be a text or null", key) }
            return try bounded(key)
        }

        private mutating func timeOrNull(_ token: JSONToken, _ key: String) throws(IngestError) -> UnixMillis? {
            if token == .null { return nil }
            let time =
                token == .string
                ? TimeReader.text(tokenizer.text) : token == .number ? TimeReader.number(tokenizer.text) : nil
            guard let time else {
                throw error(.badTime, "must be a time such as 2026-03-01T04:05:06Z, or null", key)
            }
            return try clock.settle(time, field: key, at: here, &oddities)
        }

        /// Whether a value has a plain meaning as a text: a text, a number by its digits, a truth value by its word.
        private func isText(_ token: JSONToken) -> Bool {
            token == .string || token == .number || token == .true || token == .false
        }

        private func bounded(_ key: String) throws(IngestError) -> String {
            switch token {
            case .true: return "true"
            case .false: return "false"
            default: break
            }
            guard tokenizer.text.count <= maximumTextBytes else {
                throw error(.fieldTooLong, "holds a text longer than \(maximumTextBytes) bytes", key)
            }
            return text
        }

        private var text: String { String(decoding: tokenizer.text, as: UTF8.self) }

        private mutating func next() throws(IngestError) -> JSONToken {
            do throws(JSONError) { token = try tokenizer.next() } catch { throw IngestError(error, ordinal: 0) }
            if token == .string || token == .key, tokenizer.replacements > 0 {
                oddities.note(.characterReplaced, at: here, "\(tokenizer.replacements) characters are U+FFFD now")
            }
            return token
        }

        private var here: RecordPosition {
            RecordPosition(ordinal: 0, line: tokenizer.position.line, byteOffset: tokenizer.position.byteOffset)
        }

        private func overfull(_ key: String) -> IngestError {
            error(.tooMany, "has more than \(maximumEntries) entries", key)
        }

        private func error(_ reason: IngestError.Reason, _ message: String, _ field: String? = nil) -> IngestError {
            let shown = field.map { field in
                var field = field
                return field.withUTF8 { String(IngestError.quoted(UnsafeRawBufferPointer($0)).dropFirst().dropLast()) }
            }
            return IngestError(reason, message, at: here, field: shown)
        }
    }
}
