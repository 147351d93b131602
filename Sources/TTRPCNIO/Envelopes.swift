import ReviewPackAPI
import TTRPC

// The two envelopes of ttrpc: `ttrpc.Request` in a request frame, `ttrpc.Response` in a response frame. Data frames
// carry messages bare.

extension RPCFailure {
    /// The failure that a received status stands for; `nil` when the status is OK or missing.
    init?(_ status: GoogleRPC.Status?) {
        guard let status, status.code != StatusCode.ok.rawValue else { return nil }
        self.init(
            code: StatusCode(wireValue: status.code), message: status.message,
            details: status.details.map { Detail(typeURL: $0.typeURL, value: $0.value) })
    }

    /// The failure as a status; OK, which no failure can be, is sent as UNKNOWN.
    var status: GoogleRPC.Status {
        GoogleRPC.Status(
            code: (code == .ok ? StatusCode.unknown : code).rawValue, message: message,
            details: details.map { GoogleProtobuf.AnyMessage(typeURL: $0.typeURL, value: $0.value) })
    }

    /// The payload of a response frame; without the details, and at last without the message, if it would not fit.
    func envelope(limit: Int) -> [UInt8] {
        var status = status
        for shorten in [{}, { status.details = [] }, { status.message = "" }] {
            shorten()
            let bytes = TTRPCProto.Response(status: status).serialized()
            if bytes.count <= limit { return bytes }
        }
        return []
    }
}

extension [UInt8] {
    /// A response message in its envelope.
    var envelope: [UInt8] { TTRPCProto.Response(payload: self).serialized() }
}

extension WireLimits {
    /// The bounds of an envelope that arrived in a frame of at most `frame` bytes.
    static func envelope(in frame: Int) -> WireLimits { WireLimits(maxMessageBytes: frame) }
}
