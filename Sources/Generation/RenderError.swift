import Domain

/// Why rendering ended without a pack.
public enum RenderError: Error, Equatable {
    /// The reason goes into the operation run. The detail is for the journal alone: it may hold error numbers,
    /// positions and what the evidence said of its own failure, but never a text of the tenant's data.
    case failure(FailureReason, detail: String)

    public var reason: FailureReason {
        switch self {
        case .failure(let reason, _): reason
        }
    }
}
