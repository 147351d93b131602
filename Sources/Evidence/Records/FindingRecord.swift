public import Domain

/// One finding as a scanner reported it: its values, and its texts in one arena that is reused for the next record.
///
/// A parser owns one record and hands it out for the length of a call. Texts are UTF-8 without NUL, as they came.
/// Nothing is allocated for a record once the arena has grown to the largest one seen.
public struct FindingRecord: ~Copyable {
    public var format: FindingFormat = .ocsf
    public var severity: Severity = .unknown
    public var result: FindingResult = .none
    /// The status that the data states: always for native records; for OCSF only `acknowledged` (in progress) or
    /// `resolved`.
    public var statedStatus: FindingStatus?
    /// OCSF has one time for both; native records carry two.
    public var firstSeenAt = UnixMillis(0)
    public var lastSeenAt = UnixMillis(0)
    /// How many records of the run share this fingerprint; see `DuplicateMerger`.
    public var occurrences: Int64 = 1
    public var position = RecordPosition(ordinal: 0, line: 0, byteOffset: 0)

    /// The arena, and for each field where its text lies in it.
    private var arena: ByteBuffer
    private let spans: UnsafeMutablePointer<Span>
    private static let spanCount = FindingField.count + ScratchField.count

    struct Span {
        var start = 0
        var count = 0
    }

    public init() {
        arena = ByteBuffer(capacity: 2048)
        spans = .allocate(capacity: FindingRecord.spanCount)
        spans.initialize(repeating: Span(), count: FindingRecord.spanCount)
    }

    deinit { spans.deallocate() }

    /// Empties the record; its memory stays.
    public mutating func reset() {
        format = .ocsf
        severity = .unknown
        result = .none
        statedStatus = nil
        firstSeenAt = UnixMillis(0)
        lastSeenAt = UnixMillis(0)
        occurrences = 1
        position = RecordPosition(ordinal: 0, line: 0, byteOffset: 0)
        arena.removeAll()
        spans.update(repeating: Span(), count: FindingRecord.spanCount)
    }

    /// The bytes of a text, empty when absent; valid until the record is changed or its owner moves on.
    public func text(_ field: FindingField) -> UnsafeRawBufferPointer { bytes(field.span) }

    public func isEmpty(_ field: FindingField) -> Bool { spans[field.span].count == 0 }

    /// The text as a `String`, for messages and tests.
    public func string(_ field: FindingField) -> String { String(decoding: text(field), as: UTF8.self) }

    /// Replaces a text with a copy of `bytes`, which may lie in this record.
    public mutating func set(_ field: FindingField, _ bytes: UnsafeRawBufferPointer) { set(span: field.span, bytes) }

    public mutating func set(_ field: FindingField, _ text: String) {
        var text = text
        text.withUTF8 { set(field, UnsafeRawBufferPointer($0)) }
    }

    /// Adds `bytes` behind a text, with `separator` between them when it was not empty.
    public mutating func append(
        _ field: FindingField, _ bytes: UnsafeRawBufferPointer, separator: StaticString = "\n"
    ) {
        append(span: field.span, bytes, separator: separator)
    }

    func text(_ field: ScratchField) -> UnsafeRawBufferPointer { bytes(field.span) }

    mutating func set(_ field: ScratchField, _ bytes: UnsafeRawBufferPointer) { set(span: field.span, bytes) }

    mutating func append(_ field: ScratchField, _ bytes: UnsafeRawBufferPointer, separator: StaticString) {
        append(span: field.span, bytes, separator: separator)
    }

    private func bytes(_ index: Int) -> UnsafeRawBufferPointer {
        let span = spans[index]
        return UnsafeRawBufferPointer(rebasing: arena.bytes[span.start..<span.start + span.count])
    }

    private mutating func set(span index: Int, _ bytes: UnsafeRawBufferPointer) {
        spans[index] = Span(start: arena.append(bytes), count: bytes.count)
    }

    private mutating func append(span index: Int, _ bytes: UnsafeRawBufferPointer, separator: StaticString) {
        let old = spans[index]
        guard old.count > 0 else { return set(span: index, bytes) }
        let gap = separator.utf8CodeUnitCount
        let bytes = arena.reserve(old.count + gap + bytes.count, following: bytes)
        let start = old.start + old.count == arena.count ? old.start : arena.append(self.bytes(index))
        arena.append(UnsafeRawBufferPointer(start: separator.utf8Start, count: gap))
        arena.append(bytes)
        spans[index] = Span(start: start, count: old.count + gap + bytes.count)
    }

    /// Drops the last bytes of a text, for example a version suffix.
    public mutating func truncate(_ field: FindingField, to count: Int) {
        spans[field.span].count = min(max(0, count), spans[field.span].count)
    }

    mutating func truncate(_ field: ScratchField) { spans[field.span].count = 0 }

    /// Takes over everything of another record.
    public mutating func copy(_ other: borrowing FindingRecord) {
        reset()
        format = other.format
        severity = other.severity
        result = other.result
        statedStatus = other.statedStatus
        firstSeenAt = other.firstSeenAt
        lastSeenAt = other.lastSeenAt
        occurrences = other.occurrences
        position = other.position
        for field in FindingField.allCases { set(field, other.text(field)) }
    }
}

extension FindingField {
    fileprivate var span: Int { Int(rawValue) }
}

extension ScratchField {
    fileprivate var span: Int { FindingField.count + Int(rawValue) }
}
