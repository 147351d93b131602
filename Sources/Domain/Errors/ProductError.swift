/// An error that a caller is meant to see: a stable reason, a sentence that says what to do, and its dynamic parts.
///
/// The message never holds a path, SQL, a token or data of another tenant.
public struct ProductError: Error, Equatable, Sendable, CustomStringConvertible {
    public var reason: Reason
    public var message: String
    /// The dynamic parts, as `ErrorInfo.metadata`; keys are lower_snake_case.
    public var metadata: [String: String]

    public init(_ reason: Reason, _ message: String, metadata: [String: String] = [:]) {
        self.reason = reason
        self.message = message
        self.metadata = metadata
    }

    /// For the journal: the sentence, the reason and the dynamic parts.
    public var description: String {
        let parts = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
        return "\(message) [\(reason.rawValue)\(parts.joined())]"
    }

    /// The one answer for what does not exist and for what the caller may not know of.
    public static let notFound = ProductError(.notFound, "not found, or you are not a member of it")

    /// An argument of the request that cannot be used.
    public static func invalid(_ field: String, _ complaint: String) -> ProductError {
        ProductError(.invalidField, "\(field) \(complaint)", metadata: ["field": field])
    }

    /// A fault of ours; its details go to the journal alone.
    public static let `internal` = ProductError(.internalError, "internal error; the service's journal has the details")
}
