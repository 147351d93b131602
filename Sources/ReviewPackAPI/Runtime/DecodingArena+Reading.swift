internal import CProtobufC
internal import CReviewPackProto
import Domain
import Glibc

// Readers of one member of an unpacked struct each. They check what protobuf-c does not: UTF-8, NUL and the range of
// times.
extension DecodingArena {
    borrowing func string(_ c: UnsafeMutablePointer<CChar>?, _ field: String) throws(WireError) -> String {
        guard let c, UnsafeRawPointer(c) != UnsafeRawPointer(protobuf_c_absent_string()) else { return "" }
        let length = size(of: c) - 1
        guard memchr(c, 0, length) == nil else { throw .embeddedNUL(field: field) }
        let text = c.withMemoryRebound(to: UInt8.self, capacity: length) { utf8 in
            String(validating: UnsafeBufferPointer(start: utf8, count: length), as: UTF8.self)
        }
        guard let text else { throw .invalidUTF8(field: field) }
        return text
    }

    borrowing func bytes(_ c: ProtobufCBinaryData) -> [UInt8] {
        [UInt8](UnsafeBufferPointer(start: c.data, count: c.len))
    }

    borrowing func message<M: CBacked>(_ c: UnsafeMutablePointer<M.CMessage>?) throws(WireError) -> M? {
        guard let c else { return nil }
        return try M(reading: c, in: self)
    }

    /// Milliseconds, rounded down: what is finer than a millisecond is dropped.
    borrowing func time(
        _ c: UnsafeMutablePointer<Google__Protobuf__Timestamp>?, _ field: String
    ) throws(WireError) -> UnixMillis? {
        guard let c else { return nil }
        let (seconds, nanos) = (c.pointee.seconds, c.pointee.nanos)
        guard (-62_135_596_800...253_402_300_799).contains(seconds), (0...999_999_999).contains(nanos) else {
            throw .timestampOutOfRange(field: field)
        }
        return UnixMillis(seconds * 1000 + Int64(nanos / 1_000_000))
    }
}

// Readers of a repeated field: protobuf-c gives a count and an array.
extension DecodingArena {
    borrowing func strings(
        _ count: Int, _ c: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ field: String
    ) throws(WireError) -> [String] {
        var list: [String] = []
        list.reserveCapacity(count)
        for element in UnsafeBufferPointer(start: c, count: count) { list.append(try string(element, field)) }
        return list
    }

    /// Numbers as protobuf-c keeps them, -1 as 4294967295.
    borrowing func enumerations<E: WireEnum, C: RawRepresentable<UInt32>>(
        _ count: Int, _ c: UnsafeMutablePointer<C>?
    ) -> [E] {
        UnsafeBufferPointer(start: c, count: count).map { E(rawValue: Int32(bitPattern: $0.rawValue)) }
    }

    borrowing func messages<M: CBacked>(
        _ count: Int, _ c: UnsafeMutablePointer<UnsafeMutablePointer<M.CMessage>?>?
    ) throws(WireError) -> [M] {
        var list: [M] = []
        list.reserveCapacity(count)
        for element in UnsafeBufferPointer(start: c, count: count) {
            if let message: M = try message(element) { list.append(message) }
        }
        return list
    }

    borrowing func map<Entry>(
        _ count: Int, _ c: UnsafeMutablePointer<UnsafeMutablePointer<Entry>?>?, _ field: String,
        _ members: (Entry) -> (UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<CChar>?)
    ) throws(WireError) -> [String: String] {
        var map: [String: String] = [:]
        map.reserveCapacity(count)
        for case let entry? in UnsafeBufferPointer(start: c, count: count) {
            let (key, value) = members(entry.pointee)
            map[try string(key, field)] = try string(value, field)
        }
        return map
    }
}
