// The two envelopes of ttrpc: `ttrpc.Request` in a request frame, `ttrpc.Response` in a response frame. Data frames
// carry messages bare. Numbers and types as in Protos/ttrpc/ttrpc.proto and Protos/google/rpc/status.proto:
//
//     ttrpc.Request      1 service string, 2 method string, 3 payload bytes, 4 timeout_nano int64,
//                        5 metadata repeated ttrpc.KeyValue
//     ttrpc.KeyValue     1 key string, 2 value string
//     ttrpc.Response     1 status google.rpc.Status, 2 payload bytes
//     google.rpc.Status  1 code int32, 2 message string, 3 details repeated google.protobuf.Any
//     google.protobuf.Any  1 type_url string, 2 value bytes
//
// Fields are written in the order of their numbers, those with their default left out.

/// What opens a call: the payload of a request frame.
public struct RequestEnvelope: Sendable, Hashable {
    /// One entry of a call's metadata; names are compared without regard to ASCII case.
    public struct Entry: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Full name of the service, package and all.
    public var service: String
    /// Name of the method within its service.
    public var method: String
    /// The serialized request message; empty for a call whose messages follow in data frames.
    public var payload: [UInt8]
    /// Time that the caller gives this call, from receipt; 0 means that the caller sets no limit.
    public var timeoutNanoseconds: Int64
    /// The call's metadata in the caller's order; a name may occur more than once.
    public var metadata: [Entry]

    public init(
        service: String, method: String, payload: [UInt8] = [], timeoutNanoseconds: Int64 = 0, metadata: [Entry] = []
    ) {
        self.service = service
        self.method = method
        self.payload = payload
        self.timeoutNanoseconds = timeoutNanoseconds
        self.metadata = metadata
    }
}

/// What ends a call: the payload of a response frame.
public struct ResponseEnvelope: Sendable, Hashable {
    /// A `google.rpc.Status` as it stands on the wire; its code may be one that nobody knows.
    public struct Status: Sendable, Hashable {
        public var code: Int32
        public var message: String
        public var details: [RPCFailure.Detail]

        public init(code: Int32 = 0, message: String = "", details: [RPCFailure.Detail] = []) {
            self.code = code
            self.message = message
            self.details = details
        }
    }

    /// Missing, or of code 0, when the call succeeded.
    public var status: Status?
    /// The serialized response message; empty when the call failed or streamed its messages.
    public var payload: [UInt8]

    public init(status: Status? = nil, payload: [UInt8] = []) {
        self.status = status
        self.payload = payload
    }
}

// MARK: - Failures

extension RPCFailure {
    /// The failure that a received status stands for; `nil` when the status is OK or missing.
    public init?(_ status: ResponseEnvelope.Status?) {
        guard let status, status.code != StatusCode.ok.rawValue else { return nil }
        self.init(code: StatusCode(wireValue: status.code), message: status.message, details: status.details)
    }

    /// The payload of a response frame of at most `limit` bytes; without the details, and at last without the message,
    /// if it would not fit.
    ///
    /// OK, which no failure can be, is sent as UNKNOWN.
    public func envelope(limit: Int) -> [UInt8] {
        let code = (code == .ok ? StatusCode.unknown : code).rawValue
        for status in [
            ResponseEnvelope.Status(code: code, message: message, details: details),
            ResponseEnvelope.Status(code: code, message: message),
            ResponseEnvelope.Status(code: code),
        ] {
            let bytes = ResponseEnvelope(status: status).serialized()
            if bytes.count <= limit { return bytes }
        }
        return []
    }
}

// MARK: - Writing

extension RequestEnvelope {
    /// The envelope's bytes.
    public func serialized() -> [UInt8] {
        var writer = EnvelopeWriter(reserving: service.utf8.count + method.utf8.count + payload.count + 64)
        writer.add(1, service)
        writer.add(2, method)
        writer.add(3, payload)
        writer.add(4, timeoutNanoseconds)
        for entry in metadata {
            var inner = EnvelopeWriter(reserving: entry.name.utf8.count + entry.value.utf8.count + 8)
            inner.add(1, entry.name)
            inner.add(2, entry.value)
            writer.addMessage(5, inner.bytes)
        }
        return writer.bytes
    }
}

extension ResponseEnvelope {
    /// The envelope's bytes.
    public func serialized() -> [UInt8] {
        var writer = EnvelopeWriter(reserving: payload.count + 64)
        if let status {
            var inner = EnvelopeWriter(reserving: status.message.utf8.count + 64)
            inner.add(1, Int64(status.code))
            inner.add(2, status.message)
            for detail in status.details {
                var any = EnvelopeWriter(reserving: detail.typeURL.utf8.count + detail.value.count + 16)
                any.add(1, detail.typeURL)
                any.add(2, detail.value)
                inner.addMessage(3, any.bytes)
            }
            writer.addMessage(1, inner.bytes)
        }
        writer.add(2, payload)
        return writer.bytes
    }
}

/// Writes fields of numbers below 16, whose tags are one byte.
private struct EnvelopeWriter {
    private(set) var bytes: [UInt8] = []

    init(reserving count: Int) { bytes.reserveCapacity(count) }

    mutating func add(_ number: UInt8, _ value: Int64) {
        guard value != 0 else { return }
        bytes.append(number << 3 | WireType.varint.rawValue)
        addVarint(UInt64(bitPattern: value))
    }

    /// A NUL is written as U+FFFD: values of ours never hold one, and reading refuses it.
    mutating func add(_ number: UInt8, _ text: String) {
        guard text.utf8.contains(0) else { return addBytes(number, text.utf8) }
        addBytes(
            number, String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 })).utf8)
    }

    mutating func add(_ number: UInt8, _ value: [UInt8]) { addBytes(number, value) }

    /// A message, also an empty one.
    mutating func addMessage(_ number: UInt8, _ message: [UInt8]) {
        bytes.append(number << 3 | WireType.lengthDelimited.rawValue)
        addVarint(UInt64(message.count))
        bytes.append(contentsOf: message)
    }

    private mutating func addBytes(_ number: UInt8, _ value: some Collection<UInt8>) {
        guard !value.isEmpty else { return }
        bytes.append(number << 3 | WireType.lengthDelimited.rawValue)
        addVarint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    private mutating func addVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

// MARK: - Reading

extension RequestEnvelope {
    private static let layout = MessageLayout(
        types: [nil, .lengthDelimited, .lengthDelimited, .lengthDelimited, .varint, .lengthDelimited], repeated: 5,
        size: 80)
    private static let entryLayout = MessageLayout(types: [nil, .lengthDelimited, .lengthDelimited], size: 40)

    /// Reads an envelope that fills `bytes` to the end.
    public init(serialized bytes: [UInt8]) throws(EnvelopeError) {
        var reader = EnvelopeReader(bytes, of: "ttrpc.Request")
        var (service, method, payload): (Range<Int>?, Range<Int>?, Range<Int>?)
        var timeout: Int64 = 0
        var entries: [(name: Range<Int>?, value: Range<Int>?)] = []
        try reader.read(bytes.indices, Self.layout) { (reader, field) throws(EnvelopeError) in
            switch field.number {
            case 1: service = try reader.text(field)
            case 2: method = try reader.text(field)
            case 3: payload = try reader.data(field)
            case 4: timeout = Int64(bitPattern: reader.integer(field))
            default: entries.append(try Self.entry(at: field.content, &reader))
            }
        }
        self.init(
            service: try reader.string(at: service, "ttrpc.Request.service"),
            method: try reader.string(at: method, "ttrpc.Request.method"),
            payload: reader.data(at: payload), timeoutNanoseconds: timeout)
        metadata.reserveCapacity(entries.count)
        for entry in entries {
            metadata.append(
                Entry(
                    name: try reader.string(at: entry.name, "ttrpc.KeyValue.key"),
                    value: try reader.string(at: entry.value, "ttrpc.KeyValue.value")))
        }
    }

    private static func entry(
        at range: Range<Int>, _ reader: inout EnvelopeReader
    ) throws(EnvelopeError) -> (name: Range<Int>?, value: Range<Int>?) {
        var entry: (name: Range<Int>?, value: Range<Int>?)
        try reader.read(range, entryLayout) { (reader, field) throws(EnvelopeError) in
            let text = try reader.text(field)
            if field.number == 1 { entry.name = text } else { entry.value = text }
        }
        return entry
    }
}

extension ResponseEnvelope {
    private static let layout = MessageLayout(types: [nil, .lengthDelimited, .lengthDelimited], size: 48)
    private static let statusLayout = MessageLayout(
        types: [nil, .varint, .lengthDelimited, .lengthDelimited], repeated: 3, size: 56)
    private static let detailLayout = MessageLayout(types: [nil, .lengthDelimited, .lengthDelimited], size: 48)

    /// Where the parts of a status are.
    private struct StatusPlaces {
        var code: Int32 = 0
        var message: Range<Int>?
        var details: [(typeURL: Range<Int>?, value: Range<Int>?)] = []
    }

    /// Reads an envelope that fills `bytes` to the end.
    public init(serialized bytes: [UInt8]) throws(EnvelopeError) {
        var reader = EnvelopeReader(bytes, of: "ttrpc.Response")
        var places: StatusPlaces?
        var payload: Range<Int>?
        try reader.read(bytes.indices, Self.layout) { (reader, field) throws(EnvelopeError) in
            guard field.number == 1 else {
                payload = try reader.data(field)
                return
            }
            var later = try Self.status(at: field.content, &reader)
            if let earlier = places { try Self.merge(earlier, into: &later, &reader) }
            places = later
        }
        self.init()
        if let places {
            var status = Status(
                code: places.code, message: try reader.string(at: places.message, "google.rpc.Status.message"))
            for detail in places.details {
                status.details.append(
                    RPCFailure.Detail(
                        typeURL: try reader.string(at: detail.typeURL, "google.protobuf.Any.type_url"),
                        value: reader.data(at: detail.value)))
            }
            self.status = status
        }
        self.payload = reader.data(at: payload)
    }

    private static func status(
        at range: Range<Int>, _ reader: inout EnvelopeReader
    ) throws(EnvelopeError) -> StatusPlaces {
        var status = StatusPlaces()
        try reader.read(range, statusLayout) { (reader, field) throws(EnvelopeError) in
            switch field.number {
            case 1: status.code = Int32(truncatingIfNeeded: reader.integer(field))
            case 2: status.message = try reader.text(field)
            default: status.details.append(try detail(at: field.content, &reader))
            }
        }
        return status
    }

    private static func detail(
        at range: Range<Int>, _ reader: inout EnvelopeReader
    ) throws(EnvelopeError) -> (typeURL: Range<Int>?, value: Range<Int>?) {
        var detail: (typeURL: Range<Int>?, value: Range<Int>?)
        try reader.read(range, detailLayout) { (reader, field) throws(EnvelopeError) in
            if field.number == 1 {
                detail.typeURL = try reader.text(field)
            } else {
                detail.value = try reader.data(field)
            }
        }
        return detail
    }

    /// Merges a status that occurs again: the later code counts, the later message if it has one, and all details.
    private static func merge(
        _ earlier: StatusPlaces, into later: inout StatusPlaces, _ reader: inout EnvelopeReader
    ) throws(EnvelopeError) {
        if !earlier.details.isEmpty, !later.details.isEmpty {
            try reader.charge(8 * (earlier.details.count + later.details.count))
        }
        later.message = later.message ?? earlier.message
        later.details = earlier.details + later.details
    }
}
