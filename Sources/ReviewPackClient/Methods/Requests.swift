import ReviewPackAPI

extension KeyedRequest {
    /// The request with a fresh id, unless its caller gave it one.
    func keyed() -> Self {
        guard requestID == nil else { return self }
        var request = self
        request.requestID = ReviewPackClient.freshRequestID()
        return request
    }
}

extension Optional where Wrapped: Sendable {
    /// The sub-message that an answer must hold.
    func required(_ field: String) throws(ClientError) -> Wrapped {
        guard let self else { throw .protocolViolation("the answer has no \(field)") }
        return self
    }
}
