import Domain
import ReviewPackAPI

/// The header of an import: what is to be done with the bytes that follow.
protocol ImportHeader: KeyedRequest {
    /// The external id of the tenant.
    var tenant: String { get }
}

extension Proto.ImportFindingsHeader: ImportHeader {}
extension Proto.ImportReportHeader: ImportHeader {}
extension Proto.ImportOperationsHeader: ImportHeader {}

/// A message of an import: the header first, then chunks.
protocol ImportMessage: WireMessage {
    associatedtype Header: ImportHeader

    /// What the message holds; nil for one without a part, which is data all the same (ttrpc: a zero-length message is
    /// one).
    var importPart: ImportPart<Header>? { get }
}

enum ImportPart<Header: Sendable>: Sendable {
    case header(Header)
    case chunk([UInt8])
}

/// The messages of an import in the only order that they may have; anything else refuses the import.
///
/// The end of the stream and a message that holds nothing are different things: what follows the latter must not be
/// lost.
struct ImportStream<Message: ImportMessage> {
    private var messages: RequestStream<Message>.Iterator

    init(_ requests: RequestStream<Message>) { messages = requests.makeAsyncIterator() }

    /// Reads the first message; called once, before `nextChunk`.
    mutating func header() async throws -> Message.Header {
        guard case .header(let header)? = try await messages.next()?.importPart else {
            throw ProductError.invalid("header", "must be the first message of an import")
        }
        return header
    }

    /// The next bytes of the file; nil at the end of the stream.
    mutating func nextChunk() async throws -> [UInt8]? {
        guard let message = try await messages.next() else { return nil }
        switch message.importPart {
        case .chunk(let bytes): return bytes
        case .header:
            throw ProductError.invalid("header", "must be sent once; every later message is a chunk")
        case nil: throw ProductError.invalid("part", "must be a chunk; the message holds nothing")
        }
    }
}

extension Proto.ImportFindingsRequest: ImportMessage {
    var importPart: ImportPart<Proto.ImportFindingsHeader>? {
        switch part {
        case .header(let header): .header(header)
        case .chunk(let bytes): .chunk(bytes)
        case nil: nil
        }
    }
}

extension Proto.ImportReportRequest: ImportMessage {
    var importPart: ImportPart<Proto.ImportReportHeader>? {
        switch part {
        case .header(let header): .header(header)
        case .chunk(let bytes): .chunk(bytes)
        case nil: nil
        }
    }
}

extension Proto.ImportOperationsRequest: ImportMessage {
    var importPart: ImportPart<Proto.ImportOperationsHeader>? {
        switch part {
        case .header(let header): .header(header)
        case .chunk(let bytes): .chunk(bytes)
        case nil: nil
        }
    }
}
