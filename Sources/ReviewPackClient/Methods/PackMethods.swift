import Domain
import Glibc
public import ReviewPackAPI
import SystemIO

/// ReviewPackService. Pack ids are whole; `packs(idPart:)` finds them by their beginning or end.
extension ReviewPackClient {
    /// Queues a pack, or returns the ready one that holds the same evidence.
    ///
    /// A request without a `requestID` gets a fresh one, so that the call can be repeated when its connection is lost.
    public func generate(_ request: Proto.GenerateRequest) async throws(ClientError) -> Proto.GenerateResponse {
        let response = try await call(Methods.reviewPackServiceGenerate, request.keyed())
        _ = try response.pack.required("pack")
        return response
    }

    /// The packs that the request selects, all pages together, up to `limit`.
    public func packs(_ request: Proto.ListPacksRequest, limit: Int? = nil) async throws(ClientError) -> [Proto.Pack] {
        try await all(Methods.reviewPackServiceList, request, limit: limit)
    }

    /// The packs whose id begins or ends with these hexadecimal digits (6 to 32), up to `limit`.
    public func packs(idPart: String, limit: Int? = nil) async throws(ClientError) -> [Proto.Pack] {
        try await packs(Proto.ListPacksRequest(idPart: idPart), limit: limit)
    }

    /// The pack, and what this caller may do with it now.
    public func pack(_ id: String) async throws(ClientError) -> (pack: Proto.Pack, actions: [String]) {
        let response = try await call(Methods.reviewPackServiceGet, Proto.GetPackRequest(id: id))
        return (try response.pack.required("pack"), response.actions)
    }

    /// A short-lived download token for a ready pack, good for this caller alone; a secret.
    public func issueDownloadToken(pack: String) async throws(ClientError) -> Proto.IssueDownloadTokenResponse {
        try await call(Methods.reviewPackServiceIssueDownloadToken, Proto.IssueDownloadTokenRequest(pack: pack))
    }

    /// Deletes the pack's file and sets it `expired`.
    public func expire(_ id: String) async throws(ClientError) -> Proto.Pack {
        try await call(Methods.reviewPackServiceExpire, Proto.ExpirePackRequest(id: id)).pack.required("pack")
    }

    /// Ends a queued or running generation; the pack is then `failed` with the reason `cancelled`, and nothing of it is
    /// left.
    public func cancel(_ id: String) async throws(ClientError) -> Proto.Pack {
        try await call(Methods.reviewPackServiceCancel, Proto.CancelPackRequest(id: id)).pack.required("pack")
    }

    /// A part of a pack's file in one call: for callers that cannot stream.
    ///
    /// - Parameter length: 0 = 1 MiB, which is also the maximum.
    public func readChunk(
        token: String, offset: Int64, length: Int32 = 0
    ) async throws(ClientError) -> Proto.ReadChunkResponse {
        try await call(
            Methods.reviewPackServiceReadChunk,
            Proto.ReadChunkRequest(token: token, offset: offset, length: length))
    }

    /// The tenant's newest pack and this caller's next actions.
    public func card(tenant: String) async throws(ClientError) -> Proto.GetCardResponse {
        try await call(Methods.reviewPackServiceGetCard, Proto.GetCardRequest(tenant: tenant))
    }

    /// Follows a pack until it is ready, failed or expired, and returns its last state.
    ///
    /// `onChange` gets every message. A connection that is lost on the way is opened again (the service starts anew by
    /// sending the present state), until connecting itself fails. That first message must come in time; after it there
    /// is no limit, for a pack may stay queued as long as others are generated.
    @discardableResult
    public func watch(
        _ id: String, onChange: (Proto.WatchPackResponse) async throws(ClientError) -> Void = { _ in }
    ) async throws(ClientError) -> Proto.Pack {
        try await watch(id, firstWithin: Self.callTimeout, onChange: onChange)
    }

    func watch(
        _ id: String, firstWithin limit: Duration, onChange: (Proto.WatchPackResponse) async throws(ClientError) -> Void
    ) async throws(ClientError) -> Proto.Pack {
        while true {
            let connection = try await sharedConnection()
            do {
                let messages = try await connection.serverStream(
                    outgoing(Methods.reviewPackServiceWatch), request: Proto.WatchPackRequest(id: id).serialized())
                var next = try await SilenceLimit(limit, on: connection).wait(messages.next)
                while let bytes = next {
                    let response = try Proto.WatchPackResponse(serialized: bytes)
                    let pack = try response.pack.required("pack")
                    try await onChange(response)
                    if pack.status.isFinal { return pack }
                    next = try await messages.next()
                }
                throw ClientError.protocolViolation("the watch ended before the pack did")
            } catch {
                let error = forgettingLost(connection, ClientError(error, address: address))
                guard error.allowsWatchingAgain else { throw error }
                await connection.close()
            }
        }
    }

    static func freshRequestID() -> String {
        UUIDValue.version7(at: UnixMillis(clock: SystemClock.wall())).description
    }
}

extension Proto.PackStatus {
    /// Whether a watch of a pack ends here.
    public var isFinal: Bool { self == .ready || self == .failed || self == .expired }
}

extension ClientError {
    /// Whether a watch that ended like this is worth another connection.
    var allowsWatchingAgain: Bool {
        if case .remote(let failure) = self, failure.reason == .deadlineExceeded { return true }
        return isOfRestart
    }
}
