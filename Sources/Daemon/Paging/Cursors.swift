import Bytes
import Domain
import Storage

/// The bytes of a list's cursor inside a page token.
protocol CursorBytes: Sendable {
    var bytes: [UInt8] { get }
    /// Nil for bytes that no cursor of this list has.
    init?(bytes: [UInt8])
}

extension PackCursor: CursorBytes {
    var bytes: [UInt8] {
        var out: [UInt8] = []
        out.appendBigEndian(asOf.rawValue)
        out.append(status.rawValue)
        out.appendBigEndian(time.rawValue)
        return out + id.bytes
    }

    init?(bytes: [UInt8]) {
        guard bytes.count == 33, let status = PackStatus(rawValue: bytes[8]), let id = PackID(bytes: bytes[17...])
        else { return nil }
        self.init(
            asOf: UnixMillis(bytes[..<8].bigEndianValue()), status: status,
            time: UnixMillis(bytes[9..<17].bigEndianValue()), id: id)
    }
}

extension NameCursor: CursorBytes {
    var bytes: [UInt8] { id.bytes + Array(name.utf8) }

    init?(bytes: [UInt8]) {
        guard bytes.count >= 16, let id = ID<Tag>(bytes: bytes[..<16]),
            let name = String(validating: bytes[16...], as: UTF8.self)
        else { return nil }
        self.init(name: name, id: id)
    }
}

extension OperationCursor: CursorBytes {
    var bytes: [UInt8] {
        var out: [UInt8] = []
        out.appendBigEndian(startedAt.rawValue)
        out.appendBigEndian(number)
        return out
    }

    init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        self.init(startedAt: UnixMillis(bytes[..<8].bigEndianValue()), number: bytes[8...].bigEndianValue())
    }
}

extension NumberCursor: CursorBytes {
    var bytes: [UInt8] {
        var out: [UInt8] = []
        out.appendBigEndian(number)
        return out
    }

    init?(bytes: [UInt8]) {
        guard bytes.count == 8 else { return nil }
        self.init(number: bytes[...].bigEndianValue())
    }
}
