internal import CProtobufC
internal import CReviewPackProto
import Domain
import Glibc

/// Memory of one encoding: the structs, strings and arrays that protobuf-c packs from.
struct EncodingArena: ~Copyable {
    private var chunks = ChunkList(firstChunk: 2048)
    private let pinned: UnsafeBufferPointer<UInt8>

    /// - Parameter pinned: bytes that stay in place for as long as the arena lives, so that they need no copy in it.
    init(pinned: UnsafeBufferPointer<UInt8>) { self.pinned = pinned }

    deinit {
        var chunks = chunks
        chunks.freeAll()
    }

    /// Uninitialised memory for `count` values.
    private mutating func take<T>(_ type: T.Type, _ count: Int) -> UnsafeMutablePointer<T> {
        chunks.take((MemoryLayout<T>.stride * count + 15) & ~15).bindMemory(to: type, capacity: count)
    }
}

// Writers of one member of a struct each.
extension EncodingArena {
    /// `text` with a NUL after it, at an address of its own: the library's shared empty string would be taken for a
    /// member that is not set.
    mutating func string(_ text: String) -> UnsafeMutablePointer<CChar> {
        var text = text.replacingNUL
        return text.withUTF8 { utf8 in
            let c = take(CChar.self, utf8.count + 1)
            if let start = utf8.baseAddress { memcpy(c, start, utf8.count) }
            c[utf8.count] = 0
            return c
        }
    }

    mutating func bytes(_ bytes: [UInt8]) -> ProtobufCBinaryData {
        bytes.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress, !source.isEmpty else { return ProtobufCBinaryData() }
            if start == pinned.baseAddress, source.count == pinned.count {
                return ProtobufCBinaryData(len: pinned.count, data: UnsafeMutablePointer(mutating: pinned.baseAddress))
            }
            let copy = take(UInt8.self, source.count)
            copy.initialize(from: start, count: source.count)
            return ProtobufCBinaryData(len: source.count, data: copy)
        }
    }

    /// A struct that holds `message` with all below it.
    mutating func filled<M: CBacked>(_ message: M) -> UnsafeMutablePointer<M.CMessage> {
        let c = take(M.CMessage.self, 1)
        M.initialize(c)
        message.fill(c, in: &self)
        return c
    }

    mutating func message<M: CBacked>(_ message: M?) -> UnsafeMutablePointer<M.CMessage>? {
        guard let message else { return nil }
        return filled(message)
    }

    mutating func time(_ time: UnixMillis?) -> UnsafeMutablePointer<Google__Protobuf__Timestamp>? {
        guard let time else { return nil }
        let c = take(Google__Protobuf__Timestamp.self, 1)
        google__protobuf__timestamp__init(c)
        // Seconds round down, so that the rest is never negative, before 1970 too.
        let (seconds, rest) = time.rawValue.quotientAndRemainder(dividingBy: 1000)
        c.pointee.seconds = rest < 0 ? seconds - 1 : seconds
        c.pointee.nanos = Int32(rest < 0 ? rest + 1000 : rest) * 1_000_000
        return c
    }
}

// Writers of a repeated field: each gives the array, its count is that of the list.
extension EncodingArena {
    mutating func scalars<T: BitwiseCopyable>(_ list: [T]) -> UnsafeMutablePointer<T>? {
        guard !list.isEmpty else { return nil }
        let c = take(T.self, list.count)
        _ = UnsafeMutableBufferPointer(start: c, count: list.count).initialize(from: list)
        return c
    }

    /// The numbers as the C enum holds them, none left out: an imported C enum takes any raw value.
    mutating func enumerations<E: WireEnum, C: RawRepresentable<UInt32> & BitwiseCopyable>(
        _ list: [E]
    ) -> UnsafeMutablePointer<C>? {
        scalars(list.compactMap { C(rawValue: UInt32(bitPattern: $0.rawValue)) })
    }

    mutating func strings(_ list: [String]) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        guard !list.isEmpty else { return nil }
        let c = take(UnsafeMutablePointer<CChar>?.self, list.count)
        for (index, element) in list.enumerated() { (c + index).initialize(to: string(element)) }
        return c
    }

    mutating func messages<M: CBacked>(
        _ list: [M]
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<M.CMessage>?>? {
        guard !list.isEmpty else { return nil }
        let c = take(UnsafeMutablePointer<M.CMessage>?.self, list.count)
        for (index, element) in list.enumerated() { (c + index).initialize(to: filled(element)) }
        return c
    }

    /// The entries of a map, in the order of their keys' bytes.
    ///
    /// - Parameter initialize: sets a new entry up with its key and its value.
    mutating func map<Entry>(
        _ map: [String: String],
        _ initialize: (UnsafeMutablePointer<Entry>, UnsafeMutablePointer<CChar>, UnsafeMutablePointer<CChar>) -> Void
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<Entry>?>? {
        guard !map.isEmpty else { return nil }
        let c = take(UnsafeMutablePointer<Entry>?.self, map.count)
        for (index, (key, value)) in map.sortedByKeyBytes.enumerated() {
            let entry = take(Entry.self, 1)
            initialize(entry, string(key), string(value))
            (c + index).initialize(to: entry)
        }
        return c
    }
}

extension String {
    /// The text with U+FFFD for each NUL; see `WireMessage.serialized`.
    fileprivate var replacingNUL: String {
        guard utf8.withContiguousStorageIfAvailable({ $0.containsNUL }) ?? utf8.contains(0) else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate var containsNUL: Bool { baseAddress.map { memchr($0, 0, count) != nil } ?? false }
}
