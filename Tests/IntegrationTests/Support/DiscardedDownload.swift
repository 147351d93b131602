import ReviewPackAPI
import ReviewPackClient

/// Takes a pack's bytes and keeps none; the client compares them with their digest all the same.
struct DiscardedDownload: DownloadSink {
    mutating func begin(_ header: Proto.DownloadHeader) async throws(ClientError) {}
    mutating func append(_ bytes: [UInt8]) async throws(ClientError) {}
}
