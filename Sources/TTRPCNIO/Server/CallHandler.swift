package import TTRPC

/// One method that a server offers: what lets its calls in, and what answers them.
package struct CallRoute: Sendable {
    package typealias Answer = @Sendable (ServerCall) async throws(RPCFailure) -> [UInt8]?

    package let descriptor: MethodDescriptor
    /// Answers one call and returns its last message.
    ///
    /// Runs in a Task of its own, which is cancelled when the deadline passes, the caller goes away or the server's
    /// drain time is over; what it returns or throws after that is dropped. For a unary or client-streaming method the
    /// returned bytes are the response (`nil` = an empty one); for a server-streaming method they are one more message,
    /// `nil` = the stream ends without another.
    package let answer: Answer

    package init(_ descriptor: MethodDescriptor, answer: @escaping Answer) {
        self.descriptor = descriptor
        self.answer = answer
    }
}

/// The service layer behind a server: it knows the methods.
package protocol CallHandler: Sendable {
    /// The method, or `nil` when there is no such service or method; then the caller gets `unimplemented`.
    ///
    /// Runs on the connection's event loop: a look-up in a table, nothing that waits.
    func route(service: String, method: String) -> CallRoute?

    /// The answer to a call of a service or method that is not there.
    func unimplemented(service: String, method: String) -> RPCFailure

    /// The answer to a call that the transport refuses or ends by itself, with the service's own reason codes.
    func failure(for refusal: TransportRefusal) -> RPCFailure
}

extension CallHandler {
    package func unimplemented(service: String, method: String) -> RPCFailure {
        RPCFailure(
            code: .unimplemented, message: "no method \(method.shownInMessages) of a service \(service.shownInMessages)"
        )
    }

    package func failure(for refusal: TransportRefusal) -> RPCFailure {
        RPCFailure(code: refusal.code, message: refusal.message)
    }
}

extension String {
    /// A name that a caller sent, short and without control characters, for an error message.
    fileprivate var shownInMessages: String {
        String(
            String.UnicodeScalarView(unicodeScalars.prefix(100).filter { $0.properties.generalCategory != .control }))
    }
}
