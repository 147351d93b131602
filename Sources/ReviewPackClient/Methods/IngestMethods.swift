import Domain
public import ReviewPackAPI

/// IngestService. Each import streams its source over a connection of its own, in chunks of 256 KiB, only as fast as
/// the service reads, for an hour at most; nothing is kept unless the whole import succeeds.
extension ReviewPackClient {
    /// How many bytes one chunk of an import has at most.
    public static let importChunkBytes = 256 << 10

    /// The greatest hardening document, in bytes.
    public static let maximumHardeningBytes = 1 << 20

    /// - Parameter progress: told how many bytes were sent so far.
    public func importFindings(
        _ header: Proto.ImportFindingsHeader, from source: some ByteSource, progress: (Int64) async -> Void = { _ in }
    ) async throws(ClientError) -> Proto.ImportFindingsResponse {
        try await upload(
            Methods.ingestServiceImportFindings, first: Proto.ImportFindingsRequest(part: .header(header.keyed())),
            from: source, chunk: { Proto.ImportFindingsRequest(part: .chunk($0)) }, progress: progress)
    }

    public func importReport(
        _ header: Proto.ImportReportHeader, from source: some ByteSource, progress: (Int64) async -> Void = { _ in }
    ) async throws(ClientError) -> Proto.ImportReportResponse {
        try await upload(
            Methods.ingestServiceImportReport, first: Proto.ImportReportRequest(part: .header(header.keyed())),
            from: source, chunk: { Proto.ImportReportRequest(part: .chunk($0)) }, progress: progress)
    }

    public func importOperations(
        _ header: Proto.ImportOperationsHeader, from source: some ByteSource, progress: (Int64) async -> Void = { _ in }
    ) async throws(ClientError) -> Proto.ImportOperationsResponse {
        try await upload(
            Methods.ingestServiceImportOperations, first: Proto.ImportOperationsRequest(part: .header(header.keyed())),
            from: source, chunk: { Proto.ImportOperationsRequest(part: .chunk($0)) }, progress: progress)
    }

    /// Replaces the tenant's hardening settings by the JSON object in `document`.
    public func putHardening(
        tenant: String, document: [UInt8]
    ) async throws(ClientError) -> Proto.PutHardeningResponse {
        guard document.count <= Self.maximumHardeningBytes else {
            throw .fault(
                .badData, "the hardening document has \(document.count) bytes; at most 1 MiB is taken",
                advice: "keep scope_mode, last_checked_at, last_setup_at, canary_results and warnings alone")
        }
        return try await call(
            Methods.ingestServicePutHardening,
            Proto.PutHardeningRequest(tenant: tenant, document: document).keyed())
    }

    /// Records how a scan ended, and returns the id of its operation run.
    ///
    /// A request without a `requestID` gets a fresh one, so that the call can be repeated when its connection is lost.
    public func recordScan(_ request: Proto.RecordScanRequest) async throws(ClientError) -> String {
        try await call(Methods.ingestServiceRecordScan, request.keyed()).operationRunID
    }

    private func upload<Request: WireMessage, Response: WireMessage>(
        _ method: MethodSpec<Request, Response>, first: Request, from source: some ByteSource,
        chunk: ([UInt8]) -> Request, progress: (Int64) async -> Void
    ) async throws(ClientError) -> Response {
        let connection = try await ownConnection()
        let result: Result<Response, ClientError>
        do {
            let stream = try await connection.clientStream(outgoing(method, timeout: Self.longCallTimeout))
            try await stream.send(first.serialized())
            var sent: Int64 = 0
            while true {
                let bytes = try await source.read(upTo: Self.importChunkBytes)
                if bytes.isEmpty { break }
                sent += Int64(bytes.count)
                try await stream.send(chunk(bytes).serialized())
                await progress(sent)
            }
            result = .success(try Response(serialized: try await stream.finish()))
        } catch {
            result = .failure(ClientError(error, address: address, limit: Self.longCallTimeout))
        }
        await connection.close()
        return try result.get()
    }
}
