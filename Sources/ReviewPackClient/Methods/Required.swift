extension Optional where Wrapped: Sendable {
    /// The sub-message that an answer must hold.
    func required(_ field: String) throws(ClientError) -> Wrapped {
        guard let self else { throw .protocolViolation("the answer has no \(field)") }
        return self
    }
}
