import ReviewPackModel

/// Why rendering ended without a pack.
public enum RenderError: Error, Equatable {
    /// The reason goes into the operation run; the detail is for the journal alone and may hold paths and error numbers, but
    /// never a value of the tenant's data.
    case failure(FailureReason, detail: String)

    public var reason: FailureReason {
        switch self {
        case .failure(let reason, _): reason
        }
    }
}
