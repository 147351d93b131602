import Domain
import ReviewPackAPI
import TTRPC

/// One row of the method table: everything about a method that is not its code.
public struct MethodRow: Sendable {
    public let method: AnyMethodSpec
    public let access: AccessRule
    /// Whether a successful call leaves an audit event; denials always do.
    public let isAudited: Bool
    /// Whether the same request again has no further effect.
    public let isIdempotent: Bool
    /// Most bytes of one request message.
    public let requestLimit: Int
    public let defaultDeadline: Duration?
    public let maximumDeadline: Duration?

    init(
        _ method: AnyMethodSpec, _ access: AccessRule, audited: Bool = false, idempotent: Bool = true,
        requestLimit: Int = 64 << 10, deadline: Duration? = .seconds(30), maximumDeadline: Duration? = .seconds(300)
    ) {
        self.method = method
        self.access = access
        isAudited = audited
        isIdempotent = idempotent
        self.requestLimit = requestLimit
        defaultDeadline = deadline
        self.maximumDeadline = maximumDeadline
    }

    /// What the transport has to know before it lets a request in.
    var descriptor: MethodDescriptor {
        MethodDescriptor(
            service: method.service, method: method.name, kind: StreamingKind(method.kind), requestLimit: requestLimit,
            defaultDeadline: defaultDeadline, maximumDeadline: maximumDeadline)
    }
}

extension StreamingKind {
    init(_ kind: MethodKind) {
        switch kind {
        case .unary: self = .unary
        case .clientStreaming: self = .clientStreaming
        case .serverStreaming: self = .serverStreaming
        }
    }
}
