public import Domain
import JSONTokens

/// Checks a report while it streams by: any JSON value, up to 32 MiB, handed on as UTF-8.
///
/// UTF-8 input is handed on byte for byte, without its byte order mark; UTF-16 is transcoded. Nothing of it is kept:
/// memory is one token. Members named `tenantId` (also `tenant_id`, `tenant_uid`, in any case) of the outermost object,
/// or of its `MetaData`, `tenant` or `organization`, must be this tenant's when they are GUIDs; further inside they are
/// other matters, such as partners.
public struct ReportValidator: ~Copyable {
    public struct Options: Sendable {
        /// Nil accepts a report of any tenant (`--allow-tenant-mismatch`).
        public var expectedTenant: TenantExternalID?
        /// Bytes of the report as UTF-8.
        public var maximumBytes = 32 << 20
        public var depth = 256

        public init(expectedTenant: TenantExternalID? = nil) { self.expectedTenant = expectedTenant }
    }

    private let options: Options
    private var decoder = TextDecoder(replacesLoneSurrogates: true)
    private var tokenizer: JSONTokenizer
    private var scan = IdentityScan()
    /// Whether the members of the outermost object's current member are looked at for the tenant's id.
    private var describesTenant = false
    private var keyNamesTenant = false
    /// The tenant GUIDs that the report names for itself.
    public private(set) var tenantIDs: [TenantExternalID] = []
    /// Strings in which the escape of half a surrogate pair, or of U+0000, stands; the stored bytes keep it.
    private var stringsReplaced = 0
    /// Bytes handed on so far.
    public private(set) var byteCount = 0

    public init(options: Options = Options()) {
        self.options = options
        var limits = JSONLimits()
        limits.depth = options.depth
        limits.stringBytes = options.maximumBytes
        limits.totalBytes = options.maximumBytes
        limits.replacesBadCharacters = true
        tokenizer = JSONTokenizer(limits: limits)
    }

    /// Oddities that do not refuse the report, as sentences.
    public var warnings: [String] {
        var warnings: [String] = []
        if stringsReplaced > 0 {
            warnings.append(
                """
                \(stringsReplaced) strings hold half of a surrogate pair or U+0000; without personal data U+FFFD is \
                shown for it
                """)
        }
        if decoder.replacedLoneSurrogates > 0 {
            warnings.append("\(decoder.replacedLoneSurrogates) lone surrogates in UTF-16 became U+FFFD")
        }
        return warnings
    }

    /// Checks the next chunk.
    ///
    /// - Parameters:
    ///   - store: takes the bytes to be stored, in order.
    ///   - identity: takes the personal values found, see `IdentityGathering`.
    /// - Throws: `IngestError` with line and byte, and what the closures throw.
    public mutating func push(
        _ chunk: UnsafeRawBufferPointer, store: (UnsafeRawBufferPointer) throws -> Void,
        identity: IdentityGathering.Emit
    ) throws {
        var rest = chunk[...]
        while !rest.isEmpty {
            let piece = rest.prefix(1 << 20)
            rest = rest.dropFirst(piece.count)
            let decoded: TextDecoder.Decoded
            do throws(JSONError) { decoded = try decoder.decode(UnsafeRawBufferPointer(rebasing: piece)) } catch {
                throw complaint(error)
            }
            try decoded.head.withUnsafeBytes { try check($0, store, identity) }
            try check(decoded.tail, store, identity)
        }
    }

    /// Ends the report: throws when it is cut off or empty.
    public mutating func finish(
        store: (UnsafeRawBufferPointer) throws -> Void, identity: IdentityGathering.Emit
    ) throws {
        let last: [UInt8]
        do throws(JSONError) { last = try decoder.finish() } catch { throw complaint(error) }
        try last.withUnsafeBytes { try check($0, store, identity) }
        guard byteCount > 0 else {
            throw IngestError(
                .empty, "the report is empty", at: RecordPosition(ordinal: 0, line: 1, byteOffset: 0))
        }
        do throws(JSONError) { try tokenizer.finish() } catch { throw complaint(error) }
        try read(identity)
    }

    private mutating func check(
        _ text: UnsafeRawBufferPointer, _ store: (UnsafeRawBufferPointer) throws -> Void,
        _ identity: IdentityGathering.Emit
    ) throws {
        guard !text.isEmpty else { return }
        do throws(JSONError) { try tokenizer.feed(text) } catch { throw complaint(error) }
        byteCount += text.count
        try read(identity)
        try store(text)
    }

    private mutating func read(_ identity: IdentityGathering.Emit) throws {
        while true {
            let token: JSONToken
            do throws(JSONError) { token = try tokenizer.next() } catch { throw complaint(error) }
            switch token {
            case .needsInput, .end: return
            case .key: noteKey(tokenizer.text)
            case .string where keyNamesTenant: try checkTenant(tokenizer.text)
            default: break
            }
            if token == .string, tokenizer.replacements > 0 { stringsReplaced += 1 }
            try scan.gather(token, text: tokenizer.text, identity)
            if token != .key { keyNamesTenant = false }
        }
    }

    private mutating func noteKey(_ key: UnsafeRawBufferPointer) {
        let depth = tokenizer.depth
        if depth == 1 {
            describesTenant =
                IdentityKeys.matches(key, "metadata") || IdentityKeys.matches(key, "tenant")
                || IdentityKeys.matches(key, "organization")
        }
        keyNamesTenant =
            (depth == 1 || (depth == 2 && describesTenant))
            && (IdentityKeys.matches(key, "tenantid") || IdentityKeys.matches(key, "tenantuid"))
    }

    private mutating func checkTenant(_ text: UnsafeRawBufferPointer) throws(IngestError) {
        guard let named = UUIDValue(ascii: text).map(TenantExternalID.init) else { return }
        if let expected = options.expectedTenant, expected != named {
            throw IngestError(
                .tenantMismatch, "the report is of tenant \(named), not of this one",
                at: RecordPosition(
                    ordinal: 0, line: tokenizer.position.line, byteOffset: tokenizer.position.byteOffset))
        }
        if !tenantIDs.contains(named), tenantIDs.count < 16 { tenantIDs.append(named) }
    }

    private func complaint(_ error: JSONError) -> IngestError {
        var complaint = IngestError(error, ordinal: 0)
        if error.reason == .sizeLimit || error.reason == .stringLimit {
            complaint.reason = .reportTooLarge
            complaint.message = "the report is larger than \(options.maximumBytes) bytes"
        }
        return complaint
    }
}
