public import TTRPC

/// One method of a service with the types of its messages; the values are generated from the `*_service.proto` files.
public struct MethodSpec<Request: WireMessage, Response: WireMessage>: Sendable {
    /// Full name of the service, `reviewpack.v1.ReviewPackService`.
    public let service: String
    /// Name of the method within the service, `Generate`.
    public let name: String
    public let kind: StreamingKind
    /// Whether the same request again has no further effect (`idempotency_level`), so that a lost call may be repeated.
    public let isIdempotent: Bool

    /// The method without its types, for tables over all methods.
    public var erased: AnyMethodSpec {
        AnyMethodSpec(
            service: service, name: name, kind: kind, isIdempotent: isIdempotent, request: Request.fullName,
            response: Response.fullName)
    }
}

/// One method of a service with the names of its messages.
public struct AnyMethodSpec: Hashable, Sendable {
    /// Full name of the service, `reviewpack.v1.ReviewPackService`.
    public let service: String
    /// Name of the method within the service, `Generate`.
    public let name: String
    public let kind: StreamingKind
    /// Whether the same request again has no further effect.
    public let isIdempotent: Bool
    /// Full name of the request message, `reviewpack.v1.GenerateRequest`.
    public let request: String
    /// Full name of the response message, `reviewpack.v1.GenerateResponse`.
    public let response: String

    /// Both names as one, `reviewpack.v1.ReviewPackService/Generate`.
    public var path: String { "\(service)/\(name)" }
}
