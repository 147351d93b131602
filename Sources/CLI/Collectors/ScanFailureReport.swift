/// The end of what a collector wrote to its standard error: at most 4 KiB are kept, at most three lines are told.
struct LastWords: Sendable {
    static let limit = 4096
    private static let lineLimit = 3
    private static let lineLength = 200
    private var bytes: [UInt8] = []

    mutating func add(_ more: UnsafeRawBufferPointer) {
        bytes += more
        if bytes.count > Self.limit { bytes.removeFirst(bytes.count - Self.limit) }
    }

    /// The last lines that are not empty, in one, with control characters escaped.
    var text: String {
        String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            .map { String($0.prefix(Self.lineLength)).printable.trimmingTrailingSpaces() }
            .filter { !$0.isEmpty }.suffix(Self.lineLimit).joined(separator: " | ")
    }
}
